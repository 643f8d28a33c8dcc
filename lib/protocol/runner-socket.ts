import { z } from "zod";
import { timeMs } from "./common";
import { jobEventBody } from "./jobs";
import { prediction } from "./endpoints";
import { runnerInfo, runnerLoad } from "./runners";

/**
 * Runner ↔ web, namespace "/runner". The runner dials out with `auth: {name, token}`. What it says about jobs is
 * numbered (job, attempt, seq); web stores a batch and then acknowledges the last seq, and only then may the runner
 * forget it. A batch sent twice is stored once.
 */
export const runnerNamespace = "/runner";

/** The most bytes of pixels or picture in one predict request. */
export const maxPredictBytes = 32 * 1024 * 1024;

export const runnerToWeb = {
  "runner.hello": z.object({ info: runnerInfo }),
  "runner.load": z.object({ load: runnerLoad }),
  "job.events": z.object({
    jobId: z.string(),
    attempt: z.number().int().min(1),
    events: z.array(z.object({ seq: z.number().int().min(1), atMs: timeMs, body: jobEventBody })).min(1).max(500),
  }),
  /** the job's row changed (status, progress, result): tell the pages */
  "job.changed": z.object({ jobId: z.string() }),
  "workspace.changed": z.object({ workspaceId: z.string(), kind: z.enum(["dataset", "model", "endpoint", "runner"]), name: z.string() }),
};
export type RunnerToWeb = { [K in keyof typeof runnerToWeb]: z.infer<(typeof runnerToWeb)[K]> };

/** Acknowledgement of job.events: stored up to and including `seq`; `fenced` when the attempt is no longer the job's. */
export const eventsAcknowledgement = z.union([z.object({ seq: z.number().int(), fenced: z.boolean() }), z.object({ error: z.string() })]);

export const webToRunner = {
  /** stop this attempt soon and keep the best; the row says so too, for a runner that missed the message */
  "job.stop": z.object({ jobId: z.string() }),
  /** there is something to claim: look now instead of at the next poll */
  wake: z.object({}),
  /** one picture's bytes (jpeg, png, webp …) in `image`; answers predictResponse */
  "endpoint.predict": z.object({ deploymentId: z.string(), image: z.instanceof(Uint8Array) }),
  /** raw pixels for the Open Inference Protocol; answers inferResponse */
  "endpoint.infer": z.object({
    deploymentId: z.string(),
    datatype: z.enum(["FP32", "UINT8"]),
    /** [B, H, W, 3]; FP32 in [0, 1] */
    shape: z.tuple([z.number().int().min(1), z.number().int().min(1), z.number().int().min(1), z.literal(3)]),
    data: z.instanceof(Uint8Array),
  }),
};
export type WebToRunner = { [K in keyof typeof webToRunner]: z.infer<(typeof webToRunner)[K]> };

const failed = z.object({ error: z.object({ code: z.string(), message: z.string(), nextStep: z.string(), status: z.number().int() }) });
export const predictResponse = z.union([z.object({ predictions: z.array(prediction) }), failed]);
export type PredictResponse = z.infer<typeof predictResponse>;
/** probabilities: FP32 little-endian, [B, labels] */
export const inferResponse = z.union([z.object({ shape: z.tuple([z.number().int(), z.number().int()]), probabilities: z.instanceof(Uint8Array) }), failed]);
export type InferResponse = z.infer<typeof inferResponse>;
