import { z } from "zod";
import { datasetVersionStatuses, rejectionCodes, splits } from "#lib/domain/dataset";
import { done, name, page, pageQuery, problem, timeMs } from "./common";
import { operation } from "./operation";

export const split = z.enum(splits);
export const finding = z.object({ code: z.string(), message: z.string(), nextStep: z.string(), count: z.number().int() });
export const labelCount = z.object({ label: z.string(), train: z.number().int(), validation: z.number().int(), test: z.number().int() });
export type LabelCount = z.infer<typeof labelCount>;

export const datasetVersion = z.object({
  dataset: z.string(),
  version: z.number().int(),
  status: z.enum(datasetVersionStatuses),
  bucket: z.string(),
  prefix: z.string(),
  /** sha-256 of the manifest, hex; null until ready */
  digest: z.string().nullable(),
  samples: z.number().int(),
  rejected: z.number().int(),
  sizeBytes: z.number(),
  labels: z.array(labelCount),
  findings: z.array(finding),
  error: problem.nullable(),
  /** the job that made it */
  job: z.string().nullable(),
  createdAtMs: timeMs,
});
export type DatasetVersion = z.infer<typeof datasetVersion>;

export const dataset = z.object({ dataset: z.string(), createdAtMs: timeMs, latest: datasetVersion.nullable(), versions: z.number().int() });
export type Dataset = z.infer<typeof dataset>;

export const sample = z.object({
  index: z.number().int(), key: z.string(), label: z.string(), split, sha256: z.string(),
  sizeBytes: z.number(), width: z.number().int(), height: z.number().int(), url: z.string(), thumbnailUrl: z.string(),
});
export type Sample = z.infer<typeof sample>;

export const rejection = z.object({ key: z.string(), code: z.enum(rejectionCodes), reason: z.string() });
export type Rejection = z.infer<typeof rejection>;

const versionParams = z.object({ dataset: z.string(), version: z.coerce.number().int().min(1) });

export const datasetOperations = {
  "dataset.list": operation({ method: "GET", path: "/datasets", role: "viewer", summary: "Datasets with their newest version", response: z.array(dataset) }),
  "dataset.create": operation({
    method: "POST", path: "/datasets", role: "editor",
    summary: "Make a dataset, or its next version, from a prefix; the first folder level is the label. Answers at once; the job does the work",
    body: z.object({ dataset: name, bucket: z.string().min(1).max(255), prefix: z.string().max(1024) }),
    response: z.object({ dataset: z.string(), version: z.number().int(), job: z.string() }),
  }),
  "dataset.show": operation({
    method: "GET", path: "/datasets/{dataset}", role: "viewer", summary: "A dataset's versions, newest first",
    params: z.object({ dataset: z.string() }), response: z.object({ dataset: z.string(), versions: z.array(datasetVersion) }),
  }),
  "dataset.delete": operation({
    method: "DELETE", path: "/datasets/{dataset}", role: "owner", summary: "Delete a dataset and its manifests; the pictures stay in their bucket",
    params: z.object({ dataset: z.string() }), response: done,
  }),
  "dataset-version.show": operation({
    method: "GET", path: "/datasets/{dataset}/versions/{version}", role: "viewer", summary: "A version: digest, counts, findings",
    params: versionParams, response: datasetVersion,
  }),
  "sample.list": operation({
    method: "GET", path: "/datasets/{dataset}/versions/{version}/samples", role: "viewer", summary: "Samples in manifest order",
    params: versionParams,
    query: z.object({ ...pageQuery, label: z.string().max(1024).optional(), split: split.optional(), search: z.string().max(200).optional() }),
    response: page(sample),
  }),
  "rejection.list": operation({
    method: "GET", path: "/datasets/{dataset}/versions/{version}/rejected", role: "viewer", summary: "Files left out, each with the reason",
    params: versionParams, query: z.object(pageQuery), response: page(rejection),
  }),
};
