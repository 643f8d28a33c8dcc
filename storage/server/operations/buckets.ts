import { bucketNameProblem } from "../../keys";
import { sees } from "../auth/authorise";
import { S3Error } from "../errors";
import { parseXml, xmlDocument, xmlList, xmlText } from "../xml";
import type { Bucket } from "../disk/bucket";
import type { AtBucket, Operation } from "./context";
import { dropUpload } from "./drop-upload";
import { isoTime, owner } from "./listing";

/** S3's limit for one page. */
const maxBucketsListed = 10_000;
const ownerships = ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"];

/** Those that the key may see. */
export const listBuckets: Operation<object> = ({ store, region }, { authenticated: { key }, query }) => {
  const maxBuckets = query.get("max-buckets") ?? String(maxBucketsListed);
  if (!/^\d{1,5}$/.test(maxBuckets) || Number(maxBuckets) < 1 || Number(maxBuckets) > maxBucketsListed) {
    throw new S3Error("InvalidArgument", `max-buckets must be 1 to ${maxBucketsListed}.`, {}, { elements: { ArgumentName: "max-buckets", ArgumentValue: maxBuckets } });
  }
  const prefix = query.get("prefix");
  const after = query.get("continuation-token") ?? "";
  const rest = [...store.catalogue.buckets.values()]
    .filter((b) => !b.closing && sees(key, b.name) && b.name.startsWith(prefix ?? "") && b.name > after)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const buckets = rest.slice(0, Number(maxBuckets));
  return {
    status: 200,
    body: xmlDocument("ListAllMyBucketsResult", {
      Owner: owner,
      Buckets: { Bucket: buckets.map((b) => ({ Name: b.name, CreationDate: isoTime(b.createdAtMs), BucketRegion: region })) },
      ContinuationToken: rest.length > buckets.length ? buckets.at(-1)!.name : undefined,
      Prefix: prefix,
    }),
  };
};

/**
 * This store is in one place, its region; a bucket for another is refused. Who owns objects makes no difference without
 * access lists, so every ownership that S3 knows is taken.
 */
export const createBucket: Operation<AtBucket> = async ({ store, region, now }, request, { bucket }) => {
  const problem = bucketNameProblem(bucket);
  if (problem) throw new S3Error("InvalidBucketName", `This cannot be a bucket name: ${problem}.`);
  const ownership = request.header("x-amz-object-ownership");
  if (ownership !== undefined && !ownerships.includes(ownership)) {
    throw new S3Error("InvalidArgument", `Invalid x-amz-object-ownership header: ${ownership}`, {}, { elements: { ArgumentName: "x-amz-object-ownership", ArgumentValue: ownership } });
  }
  const { text } = await request.payload().text(64 * 1024);
  if (text.trim() !== "") checkConfiguration(text, region);
  await store.inTurn(bucket, "", async () => {
    if (store.catalogue.buckets.has(bucket)) throw new S3Error("BucketAlreadyOwnedByYou");
    await store.commit({ op: "bucket", bucket, atMs: now() });
  });
  return { status: 200, headers: { location: `/${bucket}` } };
};

function checkConfiguration(text: string, region: string): void {
  const { LocationConstraint, Tags } = parseXml(text, "CreateBucketConfiguration");
  const location = xmlText(xmlList(LocationConstraint)[0])?.trim();
  if (location !== undefined && location !== "" && location !== region) throw new S3Error("InvalidLocationConstraint", undefined, {}, { elements: { LocationConstraint: location } });
  if (Tags !== undefined) throw new S3Error("NotImplemented", "This object store does not tag a bucket as it makes it; set its tags afterwards.");
}

export const headBucket: Operation<AtBucket> = ({ store, region }, _request, { bucket }) => {
  store.bucket(bucket);
  return { status: 200, headers: { "x-amz-bucket-region": region } };
};

/** Uploads in progress go with their bucket. */
export const deleteBucket: Operation<AtBucket> = async ({ store }, _request, { bucket: name }) => {
  await store.inTurn(name, "", async () => {
    const bucket = store.bucket(name);
    if (!(await bucket.isEmpty()) || bucket.pending > 0) throw new S3Error("BucketNotEmpty");
    for await (const { key, id } of bucket.uploadsFrom("")) await dropUpload(store, name, key, id);
    // Both may have changed while the uploads went.
    if (bucket.pending > 0) throw new S3Error("BucketNotEmpty");
    bucket.closing = true;
    try {
      if (!(await bucket.isEmpty()) || (await hasUploads(bucket))) throw new S3Error("BucketNotEmpty");
      await store.commit({ op: "bucket-gone", bucket: name });
    } finally {
      bucket.closing = false;
    }
  });
  return { status: 204 };
};

async function hasUploads(bucket: Bucket): Promise<boolean> {
  for await (const _ of bucket.uploadsFrom("")) return true;
  return false;
}

export const getBucketLocation: Operation<AtBucket> = ({ store, region }, _request, { bucket }) => {
  store.bucket(bucket);
  // S3 calls its first region by no name.
  return { status: 200, body: xmlDocument("LocationConstraint", region === "us-east-1" ? "" : region) };
};
