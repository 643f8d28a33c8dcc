import { z } from "zod";
import { leftOutCodes, remarkCodes } from "#lib/domain/archive";
import { page, pageQuery } from "./common";
import { job } from "./jobs";
import { operation } from "./operation";

const key = z.string().min(1).max(1024);
const bucketName = z.string().min(1).max(255);

/** Params of a job of kind `unpack-archive`. */
export const unpackRequest = z.object({
  bucket: bucketName,
  key,
  /** the archive's bytes as they were when somebody asked: others are not unpacked */
  etag: z.string(),
  targetBucket: bucketName,
  /** ends in "/" or is empty */
  prefix: z.string().max(1024),
});
export type UnpackRequest = z.infer<typeof unpackRequest>;

export const unpackFinding = z.object({
  /** as it stands in the archive */
  name: z.string(),
  /** false: it was left out */
  taken: z.boolean(),
  code: z.enum([...leftOutCodes, ...remarkCodes]),
  reason: z.string(),
});

export const archiveOperations = {
  "archive.unpack": operation({
    method: "POST", path: "/buckets/{bucket}/unpack", role: "editor",
    summary: "Unpack a zip or tar that lies in a bucket: starts a job",
    params: z.object({ bucket: bucketName }),
    body: z.object({
      key,
      /** default: the same bucket */
      targetBucket: bucketName.optional(),
      /** default: the archive's name without its ending, as a folder beside it */
      prefix: z.string().max(1024).optional(),
    }),
    response: job,
  }),
  "archive.findings": operation({
    method: "GET", path: "/jobs/{job}/unpack-findings", role: "viewer",
    summary: "What an unpacking left out, each with its reason, and what it took with a remark",
    params: z.object({ job: z.string() }),
    query: z.object(pageQuery),
    response: page(unpackFinding),
  }),
};
