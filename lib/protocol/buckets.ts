import { z } from "zod";
import { done, pageQuery, timeMs } from "./common";
import { operation } from "./operation";

const bucketParams = z.object({ bucket: z.string().min(1).max(255) });
const key = z.string().min(1).max(1024);

export const bucket = z.object({ bucket: z.string(), objects: z.number().int(), sizeBytes: z.number(), createdAtMs: timeMs });
export type Bucket = z.infer<typeof bucket>;

export const storedObject = z.object({
  key: z.string(),
  sizeBytes: z.number(),
  modifiedAtMs: timeMs,
  etag: z.string(),
  /** presigned GET, good for an hour */
  url: z.string(),
  /** path on this server of a small preview; null when it is not a picture */
  thumbnailUrl: z.string().nullable(),
});
export type StoredObject = z.infer<typeof storedObject>;

export const objectListing = z.object({
  /** prefixes ending in "/" */
  folders: z.array(z.string()),
  objects: z.array(storedObject),
  nextCursor: z.string().nullable(),
});
export type ObjectListing = z.infer<typeof objectListing>;

export const presignedUpload = z.object({
  key: z.string(),
  /** null when this key cannot be written; `reason` says why */
  url: z.string().nullable(),
  headers: z.record(z.string(), z.string()),
  reason: z.string().nullable(),
  /** what lies under that key now; null when nothing does, or when `compare` was not asked for */
  existing: z.object({ sizeBytes: z.number(), etag: z.string() }).nullable(),
});
export type PresignedUpload = z.infer<typeof presignedUpload>;

export const bucketOperations = {
  "bucket.list": operation({ method: "GET", path: "/buckets", role: "viewer", summary: "Buckets with their size", response: z.array(bucket) }),
  "bucket.create": operation({
    method: "POST", path: "/buckets", role: "editor", summary: "Make a bucket",
    body: z.object({ bucket: z.string().max(255) }), response: z.object({ bucket: z.string() }),
  }),
  "bucket.delete": operation({
    method: "DELETE", path: "/buckets/{bucket}", role: "owner", summary: "Delete a bucket with all its objects",
    params: bucketParams, response: done,
  }),
  "object.list": operation({
    method: "GET", path: "/buckets/{bucket}/objects", role: "viewer",
    summary: "One level of a bucket as folders and objects, or (flat=true) everything under a prefix",
    params: bucketParams,
    query: z.object({ ...pageQuery, prefix: z.string().max(1024).optional(), flat: z.enum(["true", "false"]).optional() }),
    response: objectListing,
  }),
  "object.presign-uploads": operation({
    method: "POST", path: "/buckets/{bucket}/uploads", role: "editor",
    summary: "Presigned PUTs, so that the bytes go straight to the object store",
    params: bucketParams,
    body: z.object({
      files: z.array(z.object({ key: z.string().max(4096), sizeBytes: z.number().int().min(0), contentType: z.string().max(255).optional() })).min(1).max(1000),
      /** says of each key what is there already, so that the same bytes need not be sent again */
      compare: z.boolean().default(false),
    }),
    response: z.array(presignedUpload),
  }),
  "object.presign-downloads": operation({
    method: "POST", path: "/buckets/{bucket}/downloads", role: "viewer", summary: "Presigned GETs that save under the object's name",
    params: bucketParams, body: z.object({ keys: z.array(key).min(1).max(1000) }),
    response: z.array(z.object({ key: z.string(), url: z.string() })),
  }),
  "object.delete": operation({
    method: "POST", path: "/buckets/{bucket}/delete", role: "editor", summary: "Delete objects by key, or all under a prefix",
    params: bucketParams,
    body: z.union([z.object({ keys: z.array(key).min(1).max(1000) }), z.object({ prefix: key })]),
    response: z.object({ deleted: z.number().int() }),
  }),
};
