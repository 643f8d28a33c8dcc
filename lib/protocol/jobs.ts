import { z } from "zod";
import { jobKinds, jobStatuses, stopReasons } from "#lib/domain/job";
import { name, page, pageQuery, problem, timeMs } from "./common";
import { operation } from "./operation";

export const presets = ["resnet18", "resnet34", "resnet50", "resnet101", "resnet152"] as const;

/** What a person may choose for auto-learn. All but the dataset has a default. */
export const autoLearnRequest = z.object({
  /** of the model to make; a second job of the same name makes its next version */
  name,
  /** NAME or NAME@V; the newest ready version when no V is given */
  dataset: z.string().min(1).max(80),
  preset: z.enum(presets).default("resnet18"),
  /** pixels; null: chosen to fit the budget */
  imageSize: z.number().int().min(16).max(512).nullable().default(null),
  epochs: z.number().int().min(1).max(1000).nullable().default(null),
  maxMinutes: z.number().positive("the time budget must be more than zero minutes").max(60 * 24 * 7).default(30),
  /** s3://bucket/key of a .safetensors file with torchvision, timm or Hugging Face names */
  pretrained: z.string().max(2048).nullable().default(null),
  seed: z.number().int().min(0).max(2 ** 31 - 1).default(0),
});
export type AutoLearnRequest = z.infer<typeof autoLearnRequest>;

export const logLevels = ["debug", "info", "warn", "error"] as const;

/** What an attempt says, in one sequence. Written before it is shown. */
export const jobEventBody = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("log"), level: z.enum(logLevels), text: z.string().max(16_384) }),
  z.object({
    kind: z.literal("metric"),
    name: z.string().max(128),
    /** null stands for NaN or ±Infinity, which JSON cannot hold */
    value: z.number().nullable(),
    step: z.number().int(),
    epoch: z.number().int(),
  }),
]);
export type JobEventBody = z.infer<typeof jobEventBody>;

export const jobEvent = z.object({ attempt: z.number().int().min(1), seq: z.number().int().min(1), atMs: timeMs, body: jobEventBody });
export type JobEvent = z.infer<typeof jobEvent>;

export const jobProgress = z.object({
  /** what is being done now, a word of the catalog in the page's messages */
  phase: z.enum(["preparing", "importing", "unpacking", "freezing", "exporting", "predicting", "caching", "training", "evaluating", "saving"]),
  /** 0 to 1 */
  fraction: z.number().min(0).max(1),
  /** from 0; null outside training */
  epoch: z.number().int().nullable(),
  epochs: z.number().int().nullable(),
  remainingMs: z.number().nullable(),
});
export type JobProgress = z.infer<typeof jobProgress>;

export const jobResult = z.object({
  /** NAME@V of the model made */
  model: z.string().nullable(),
  /** NAME@V of the dataset version made */
  dataset: z.string().nullable(),
  metrics: z.record(z.string(), z.number().nullable()),
});
export type JobResult = z.infer<typeof jobResult>;

export const job = z.object({
  job: z.string(),
  kind: z.enum(jobKinds),
  name: z.string(),
  status: z.enum(jobStatuses),
  stopReason: z.enum(stopReasons).nullable(),
  attempt: z.number().int(),
  params: z.record(z.string(), z.unknown()),
  /** NAME@V */
  dataset: z.string().nullable(),
  progress: jobProgress.nullable(),
  result: jobResult.nullable(),
  error: problem.nullable(),
  runner: z.string().nullable(),
  createdAtMs: timeMs,
  startedAtMs: timeMs.nullable(),
  endedAtMs: timeMs.nullable(),
});
export type Job = z.infer<typeof job>;

const jobParams = z.object({ job: z.string() });

export const jobOperations = {
  "job.list": operation({
    method: "GET", path: "/jobs", role: "viewer", summary: "Jobs, newest first",
    query: z.object({ ...pageQuery, status: z.enum(jobStatuses).optional(), kind: z.enum(jobKinds).optional(), search: z.string().max(200).optional() }),
    response: page(job),
  }),
  "auto-learn.start": operation({
    method: "POST", path: "/auto-learn", role: "editor", summary: "Train a preset network on a dataset, no code",
    body: autoLearnRequest, response: job,
  }),
  "auto-learn.estimate": operation({
    method: "POST", path: "/auto-learn/estimate", role: "viewer",
    summary: "What auto-learn would choose: image size, epochs, and why", body: autoLearnRequest,
    response: z.object({
      imageSize: z.number().int(), batchSize: z.number().int(), epochs: z.number().int(), samples: z.number().int(),
      estimatedMs: z.number(), reasons: z.array(z.string()),
    }),
  }),
  "job.show": operation({ method: "GET", path: "/jobs/{job}", role: "viewer", summary: "A job", params: jobParams, response: job }),
  "job.cancel": operation({
    method: "POST", path: "/jobs/{job}/cancel", role: "editor", summary: "Stop a job; the best model so far is kept", params: jobParams, response: job,
  }),
  "job.events": operation({
    method: "GET", path: "/jobs/{job}/events", role: "viewer",
    summary: "Log lines and metrics after a cursor (ATTEMPT:SEQ), oldest first; nextCursor is the last one's and is never null",
    params: jobParams,
    query: z.object({ ...pageQuery, kind: z.enum(["log", "metric"]).optional() }),
    response: z.object({ items: z.array(jobEvent), nextCursor: z.string(), more: z.boolean() }),
  }),
};
