import { bucketNameProblem } from "../../keys";
import { sees } from "../auth/authorise";
import { S3Error } from "../errors";
import { xmlDocument } from "../xml";
import type { Bucket } from "../disk/bucket";
import type { AtBucket, Operation } from "./context";
import { dropUpload } from "./drop-upload";
import { isoTime, owner } from "./listing";

/** Those that the key may see. */
export const listBuckets: Operation<object> = ({ store }, { authenticated: { key } }) => {
  const buckets = [...store.catalogue.buckets.values()].filter((b) => !b.closing && sees(key, b.name)).sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    status: 200,
    body: xmlDocument("ListAllMyBucketsResult", {
      Owner: owner,
      Buckets: { Bucket: buckets.map((b) => ({ Name: b.name, CreationDate: isoTime(b.createdAtMs) })) },
    }),
  };
};

/** A location in the body is not read: this store is in one place, its region. */
export const createBucket: Operation<AtBucket> = async ({ store, now }, request, { bucket }) => {
  const problem = bucketNameProblem(bucket);
  if (problem) throw new S3Error("InvalidBucketName", `This cannot be a bucket name: ${problem}.`);
  await request.payload().text(64 * 1024);
  await store.inTurn(bucket, "", async () => {
    if (store.catalogue.buckets.has(bucket)) throw new S3Error("BucketAlreadyOwnedByYou");
    await store.commit({ op: "bucket", bucket, atMs: now() });
  });
  return { status: 200, headers: { location: `/${bucket}` } };
};

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
