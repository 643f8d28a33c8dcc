import { z } from "zod";
import { done, timeMs } from "./common";
import { operation } from "./operation";

/** How to use the model: what goes in, what comes out, and how a picture becomes input. Saved beside the weights. */
export const signature = z.object({
  format: z.literal("lathe-signature-1"),
  preset: z.string(),
  /** a label's place is its label index */
  labels: z.array(z.string()).min(2),
  input: z.object({
    name: z.literal("image"),
    /** input is [B, imageSize, imageSize, 3] float32 in [0, 1], RGB */
    imageSize: z.number().int(),
    /** the short side is brought to this many pixels before the centre is cut out */
    resizeShortSide: z.number().int(),
    /** per channel, in [0, 1]; applied inside `predict`, after scaling to [0, 1] */
    mean: z.tuple([z.number(), z.number(), z.number()]),
    std: z.tuple([z.number(), z.number(), z.number()]),
  }),
  /** [B, labels] float32 in [0, 1] */
  output: z.object({ name: z.literal("probabilities") }),
});
export type Signature = z.infer<typeof signature>;

export const classReport = z.object({
  label: z.string(), precision: z.number(), recall: z.number(), f1: z.number(), support: z.number().int(),
});

export const mistake = z.object({ key: z.string(), label: z.string(), predicted: z.string(), probability: z.number() });

export const modelReport = z.object({
  /** which split these figures were taken on; never one that was trained on */
  split: z.literal("test"),
  samples: z.number().int(),
  accuracy: z.number(),
  macroF1: z.number(),
  top3Accuracy: z.number(),
  logLoss: z.number(),
  expectedCalibrationError: z.number(),
  /** [label][predicted label], counts */
  confusion: z.array(z.array(z.number().int())),
  classes: z.array(classReport),
  /** the most confident ones first, at most 60 */
  mistakes: z.array(mistake),
  /** best epoch, epochs run, image size, batch size, learning rate, seconds …, in words for the page */
  training: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type ModelReport = z.infer<typeof modelReport>;

export const modelFile = z.object({ name: z.string(), sizeBytes: z.number(), sha256: z.string() });

export const modelVersion = z.object({
  model: z.string(),
  version: z.number().int(),
  preset: z.string(),
  parameterCount: z.number().int(),
  sizeBytes: z.number(),
  metrics: z.record(z.string(), z.number().nullable()),
  labels: z.array(z.string()),
  job: z.string().nullable(),
  /** NAME@V */
  dataset: z.string().nullable(),
  /** names of the endpoints that serve it */
  endpoints: z.array(z.string()),
  createdAtMs: timeMs,
});
export type ModelVersion = z.infer<typeof modelVersion>;

export const modelVersionDetail = modelVersion.extend({
  signature,
  report: modelReport,
  files: z.array(modelFile.extend({ url: z.string() })),
  /** mistakes' pictures by key, presigned, where the bucket still has them */
  mistakeUrls: z.record(z.string(), z.string()),
});
export type ModelVersionDetail = z.infer<typeof modelVersionDetail>;

export const model = z.object({ model: z.string(), versions: z.number().int(), latest: modelVersion, createdAtMs: timeMs });
export type Model = z.infer<typeof model>;

const versionParams = z.object({ model: z.string(), version: z.coerce.number().int().min(1) });

export const modelOperations = {
  "model.list": operation({ method: "GET", path: "/models", role: "viewer", summary: "Models with their newest version", response: z.array(model) }),
  "model.show": operation({
    method: "GET", path: "/models/{model}", role: "viewer", summary: "A model's versions, newest first",
    params: z.object({ model: z.string() }), response: z.object({ model: z.string(), versions: z.array(modelVersion) }),
  }),
  "model-version.show": operation({
    method: "GET", path: "/models/{model}/versions/{version}", role: "viewer", summary: "A model version with its report and files",
    params: versionParams, response: modelVersionDetail,
  }),
  "model-version.delete": operation({
    method: "DELETE", path: "/models/{model}/versions/{version}", role: "owner", summary: "Delete a model version that no endpoint serves",
    params: versionParams, response: done,
  }),
};
