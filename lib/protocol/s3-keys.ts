import { z } from "zod";
import { bucketAccesses } from "#lib/domain/bucket-access";
import { done, timeMs } from "./common";
import { operation } from "./operation";

export const bucketGrant = z.object({ bucket: z.string().min(1).max(63), access: z.enum(bucketAccesses) });
export type BucketGrant = z.infer<typeof bucketGrant>;

export const s3Key = z.object({
  accessKeyId: z.string(),
  label: z.string(),
  /** what it may do now: `write` includes reading and deleting; a bucket that is deleted leaves the list */
  grants: z.array(bucketGrant),
  createdBy: z.object({ userId: z.string(), name: z.string() }),
  createdAtMs: timeMs,
  lastUsedAtMs: timeMs.nullable(),
  expiresAtMs: timeMs.nullable(),
});
export type S3Key = z.infer<typeof s3Key>;

export const s3Connection = z.object({
  endpoint: z.string(),
  region: z.string(),
  /** false: the object store is somebody's own, and its keys are made there */
  embedded: z.boolean(),
});
export type S3Connection = z.infer<typeof s3Connection>;

export const s3KeyOperations = {
  "s3.connection": operation({
    method: "GET", path: "/s3-connection", role: "viewer", summary: "Where aws-cli, rclone and other S3 clients reach the object store", response: s3Connection,
  }),
  "s3-key.list": operation({
    method: "GET", path: "/s3-keys", role: "viewer", summary: "S3 access keys: all of the workspace for an owner, one's own for others", response: z.array(s3Key),
  }),
  "s3-key.create": operation({
    method: "POST", path: "/s3-keys", role: "editor", summary: "Make an S3 access key for some of the workspace's buckets; its secret is shown once",
    body: z.object({
      label: z.string().trim().min(1).max(64),
      grants: z.array(bucketGrant).min(1).max(100),
      expiresInDays: z.number().int().min(1).max(3650).optional(),
    }),
    response: z.object({ key: s3Key, secretAccessKey: z.string(), connection: s3Connection }),
  }),
  "s3-key.revoke": operation({
    method: "DELETE", path: "/s3-keys/{id}", role: "viewer", summary: "Revoke an S3 access key of one's own; an owner any of the workspace",
    params: z.object({ id: z.string().min(1).max(64) }), response: done,
  }),
};
