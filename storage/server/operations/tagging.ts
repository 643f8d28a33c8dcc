import type { StoreFolder } from "../disk/store";
import type { Tag } from "../entries";
import { S3Error } from "../errors";
import type { S3Request } from "../request";
import type { AtBucket, AtObject, Operation } from "./context";
import { findVersion, versionHeaders } from "./find-version";
import { receiveXml } from "./intake";
import { parseTagging, taggingDocument } from "./tags";

export const getObjectTagging: Operation<AtObject> = ({ store }, request, { bucket, key }) => {
  const place = store.bucket(bucket);
  const { version, entry } = findVersion(place, key, request.query.get("versionId"));
  return { status: 200, headers: versionHeaders(place, version), body: taggingDocument(entry.tags ?? []) };
};

export const putObjectTagging: Operation<AtObject> = async ({ store }, request, where) => {
  findVersion(store.bucket(where.bucket), where.key, request.query.get("versionId"));
  const tags = parseTagging(await receiveXml(request), "object");
  return { status: 200, headers: await setTags(store, request, where, tags) };
};

export const deleteObjectTagging: Operation<AtObject> = async ({ store }, request, where) => ({ status: 204, headers: await setTags(store, request, where, []) });

function setTags(store: StoreFolder, request: S3Request, { bucket, key }: AtObject, tags: Tag[]): Promise<Record<string, string>> {
  return store.inTurn(bucket, key, async () => {
    const place = store.bucket(bucket);
    const { version } = findVersion(place, key, request.query.get("versionId"));
    await store.commit({ op: "tags", bucket, key, seq: version.seq, tags });
    return versionHeaders(place, version);
  });
}

export const getBucketTagging: Operation<AtBucket> = ({ store }, _request, { bucket }) => {
  const { tags } = store.bucket(bucket).config;
  if (!tags) throw new S3Error("NoSuchTagSet");
  return { status: 200, body: taggingDocument(tags) };
};

export const putBucketTagging: Operation<AtBucket> = async ({ store }, request, { bucket }) => {
  store.bucket(bucket);
  const tags = parseTagging(await receiveXml(request), "bucket");
  await store.commit({ op: "config", bucket, name: "tags", value: tags });
  return { status: 204 };
};

export const deleteBucketTagging: Operation<AtBucket> = async ({ store }, _request, { bucket }) => {
  store.bucket(bucket);
  await store.commit({ op: "config", bucket, name: "tags", value: null });
  return { status: 204 };
};
