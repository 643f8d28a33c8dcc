import { z } from "zod";
import { datasetFormats, datasetVersionStatuses, rejectionCodes, splits } from "#lib/domain/dataset";
import { done, name, page, pageQuery, problem, timeMs } from "./common";
import { operation } from "./operation";

export const split = z.enum(splits);
export const finding = z.object({
  code: z.string(), message: z.string(), nextStep: z.string(), count: z.number().int(),
  /** the labels it is about, when it is about labels */
  labels: z.array(z.string()).optional(),
});
export const labelCount = z.object({
  label: z.string(), train: z.number().int(), validation: z.number().int(), test: z.number().int(),
  /** of a draft: labelled, on no side yet; left out: none */
  unsplit: z.number().int().optional(),
});
export type LabelCount = z.infer<typeof labelCount>;

/** Shares of validation and test; the rest trains. `keep`: a sample that has a side already stays on it where its duplicates allow. */
export const splitOptions = z.object({
  seed: z.number().int().min(0).max(2 ** 31 - 1).default(0),
  validation: z.number().min(0.01).max(0.5).default(0.1),
  test: z.number().min(0.01).max(0.5).default(0.1),
  keep: z.boolean().default(true),
});
export type SplitOptions = z.infer<typeof splitOptions>;

export const duplicateSummary = z.object({
  exactGroups: z.number().int(), nearGroups: z.number().int(),
  /** samples that stand in any group */
  samples: z.number().int(),
  conflictingGroups: z.number().int(),
  /** what a split without regard to groups would have done, in expectation; null without test samples */
  leak: z.object({ testSamples: z.number(), leakedSamples: z.number() }).nullable(),
});
export type DuplicateSummary = z.infer<typeof duplicateSummary>;

export const datasetVersion = z.object({
  dataset: z.string(),
  version: z.number().int(),
  status: z.enum(datasetVersionStatuses),
  name: z.string().nullable(),
  publishedAtMs: timeMs.nullable(),
  /** the version it was made from */
  base: z.number().int().nullable(),
  format: z.enum(datasetFormats),
  bucket: z.string(),
  prefix: z.string(),
  /** sha-256 of the manifest, hex; null until ready */
  digest: z.string().nullable(),
  /** without dropped ones */
  samples: z.number().int(),
  unlabelled: z.number().int(),
  rejected: z.number().int(),
  sizeBytes: z.number(),
  labels: z.array(labelCount),
  findings: z.array(finding),
  duplicates: duplicateSummary.nullable(),
  splitOptions: splitOptions.nullable(),
  /** raised by every change of a draft */
  draftRevision: z.number().int(),
  error: problem.nullable(),
  /** the job that made it, or that works on it now */
  job: z.string().nullable(),
  createdBy: z.string().nullable(),
  createdAtMs: timeMs,
});
export type DatasetVersion = z.infer<typeof datasetVersion>;

export const dataset = z.object({ dataset: z.string(), createdAtMs: timeMs, latest: datasetVersion.nullable(), versions: z.number().int() });
export type Dataset = z.infer<typeof dataset>;

export const rejection = z.object({ key: z.string(), code: z.enum(rejectionCodes), reason: z.string() });
export type Rejection = z.infer<typeof rejection>;

export const datasetParams = z.object({ dataset: z.string() });
export const versionParams = z.object({ dataset: z.string(), version: z.coerce.number().int().min(1) });

/** Answered at once: the job does the work. */
export const versionStarted = z.object({ dataset: z.string(), version: z.number().int(), job: z.string() });

export const importRequest = z.object({
  dataset: name,
  bucket: z.string().min(1).max(255),
  prefix: z.string().max(1024),
  /** left out: found out by looking at what is there */
  format: z.enum(datasetFormats).optional(),
  /** key of the table, manifest or annotation file, for formats that have one; left out: the one under the prefix */
  file: z.string().max(1024).optional(),
  /** leave it open as a draft, to be labelled and corrected, instead of freezing it; unlabelled pictures are then kept */
  draft: z.boolean().default(false),
  split: splitOptions.optional(),
});
export type ImportRequest = z.infer<typeof importRequest>;

/** What the job of an import is told. `sync`: what the bucket holds now, read again only where the base version differs. */
export const importParams = z.object({
  format: z.enum(datasetFormats).optional(),
  file: z.string().optional(),
  draft: z.boolean().default(false),
  split: splitOptions.optional(),
  derive: z.enum(["copy", "sync"]).optional(),
});
export type ImportParams = z.infer<typeof importParams>;

export const diffKinds = ["added", "removed", "relabelled", "moved", "replaced"] as const;
const side = z.object({ label: z.string().nullable(), split: split.nullable(), sha256: z.string(), thumbnailUrl: z.string() });
/** One key that differs. `moved`: to another split; `replaced`: other bytes under the same key. The first that fits, in the order replaced, relabelled, moved. */
export const versionChange = z.object({ kind: z.enum(diffKinds), key: z.string(), before: side.nullable(), after: side.nullable() });
export type VersionChange = z.infer<typeof versionChange>;

export const datasetOperations = {
  "dataset.list": operation({ method: "GET", path: "/datasets", role: "viewer", summary: "Datasets with their newest version", response: z.array(dataset) }),
  "dataset.create": operation({
    method: "POST", path: "/datasets", role: "editor",
    summary: "Make a dataset, or its next version, from what lies under a prefix. Answers at once; the job does the work",
    body: importRequest, response: versionStarted,
  }),
  "dataset.show": operation({
    method: "GET", path: "/datasets/{dataset}", role: "viewer", summary: "A dataset's versions, newest first",
    params: datasetParams, response: z.object({ dataset: z.string(), versions: z.array(datasetVersion) }),
  }),
  "dataset.delete": operation({
    method: "DELETE", path: "/datasets/{dataset}", role: "owner", summary: "Delete a dataset and its manifests; the pictures stay in their bucket",
    params: datasetParams, response: done,
  }),
  "dataset-version.show": operation({
    method: "GET", path: "/datasets/{dataset}/versions/{version}", role: "viewer", summary: "A version: digest, counts, findings",
    params: versionParams, response: datasetVersion,
  }),
  "rejection.list": operation({
    method: "GET", path: "/datasets/{dataset}/versions/{version}/rejected", role: "viewer", summary: "Files left out, each with the reason",
    params: versionParams, query: z.object(pageQuery), response: page(rejection),
  }),
};

export const draftOperations = {
  "dataset-version.derive": operation({
    method: "POST", path: "/datasets/{dataset}/versions/{version}/derive", role: "editor",
    summary: "Make the next version from this one: a draft to change, or (sync) what the bucket holds now, read again only where it changed",
    params: versionParams,
    body: z.object({ sync: z.boolean().default(false), draft: z.boolean().default(true) }),
    response: versionStarted,
  }),
  "dataset-version.freeze": operation({
    method: "POST", path: "/datasets/{dataset}/versions/{version}/freeze", role: "editor",
    summary: "Freeze a draft: split it, write its manifest, and never change it again",
    params: versionParams, body: z.object({ split: splitOptions.optional() }), response: versionStarted,
  }),
};

export const versionOperations = {
  "dataset-version.update": operation({
    method: "PATCH", path: "/datasets/{dataset}/versions/{version}", role: "editor", summary: "Name a version, publish it or take it back",
    params: versionParams,
    body: z.object({ name: name.nullable().optional(), published: z.boolean().optional() }), response: datasetVersion,
  }),
  "dataset-version.delete": operation({
    method: "DELETE", path: "/datasets/{dataset}/versions/{version}", role: "editor",
    summary: "Delete a version that no model, no job at work and no publication holds; the pictures stay in their bucket",
    params: versionParams, response: done,
  }),
  "dataset-version.diff": operation({
    method: "GET", path: "/datasets/{dataset}/versions/{version}/diff", role: "viewer", summary: "What changed between another version, mostly an earlier one, and this one, by key",
    params: versionParams,
    query: z.object({ ...pageQuery, from: z.coerce.number().int().min(1), kind: z.enum(diffKinds).optional(), search: z.string().max(200).optional() }),
    response: page(versionChange).extend({
      counts: z.object({ added: z.number().int(), removed: z.number().int(), relabelled: z.number().int(), moved: z.number().int(), replaced: z.number().int(), same: z.number().int() }),
    }),
  }),
};

export const exportOperations = {
  "dataset-version.export": operation({
    method: "POST", path: "/datasets/{dataset}/versions/{version}/export", role: "editor",
    summary: "Write a version under a prefix in a format others read: the table or manifest, and copies of the pictures where the format wants them",
    params: versionParams,
    body: z.object({ format: z.enum(datasetFormats).exclude(["unlabelled"]), bucket: z.string().min(1).max(255), prefix: z.string().max(1024) }),
    response: z.object({ job: z.string() }),
  }),
};
