import { z } from "zod";
import { jobStatuses, jobKinds } from "#lib/domain/job";
import { timeMs } from "./common";
import { jobProgress } from "./jobs";
import { operation } from "./operation";

export const runnerInfo = z.object({
  version: z.string(),
  platform: z.string(),
  cores: z.number().int(),
  memoryBytes: z.number(),
  slots: z.number().int(),
  engine: z.object({ name: z.string(), reason: z.string() }),
  sandbox: z.object({ kind: z.enum(["bubblewrap", "none"]), accepted: z.boolean(), message: z.string() }),
});
export type RunnerInfo = z.infer<typeof runnerInfo>;

export const runnerLoad = z.object({ jobs: z.array(z.string()), deployments: z.array(z.string()), cpuFraction: z.number(), usedMemoryBytes: z.number() });
export type RunnerLoad = z.infer<typeof runnerLoad>;

export const runner = z.object({
  name: z.string(),
  online: z.boolean(),
  lastSeenAtMs: timeMs.nullable(),
  info: runnerInfo.nullable(),
  load: runnerLoad.nullable(),
});
export type Runner = z.infer<typeof runner>;

export const overview = z.object({
  checklist: z.object({
    bucket: z.boolean(), upload: z.boolean(), dataset: z.boolean(), model: z.boolean(), endpoint: z.boolean(),
  }),
  counts: z.object({
    buckets: z.number().int(), datasets: z.number().int(), jobs: z.number().int(), models: z.number().int(), endpoints: z.number().int(),
  }),
  storedBytes: z.number(),
  storedObjects: z.number().int(),
  jobs: z.array(z.object({
    job: z.string(), kind: z.enum(jobKinds), name: z.string(), status: z.enum(jobStatuses), progress: jobProgress.nullable(),
    createdAtMs: timeMs, endedAtMs: timeMs.nullable(),
  })),
});
export type Overview = z.infer<typeof overview>;

export const runnerOperations = {
  "runner.list": operation({ method: "GET", path: "/runners", role: "viewer", summary: "Runners and what runs there", response: z.array(runner) }),
  "overview.show": operation({ method: "GET", path: "/overview", role: "viewer", summary: "What is going on in this workspace", response: overview }),
};
