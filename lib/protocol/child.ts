import { z } from "zod";
import { archiveFormats, leftOutCodes } from "#lib/domain/archive";
import { rejectionCodes, splits } from "#lib/domain/dataset";
import { stopReasons } from "#lib/domain/job";
import { problem } from "./common";
import { prediction } from "./endpoints";
import { jobProgress, logLevels, presets } from "./jobs";
import { signature } from "./models";

/**
 * Runner ↔ sandboxed child, over one socket as frames of JSON and at most one binary part, `bytes`. A child may run
 * hostile code: nothing it says is believed before these schemas have passed it.
 *
 * File names are relative to the child's two folders: `input`, which it may only read, and `output`.
 */
const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}(\/[A-Za-z0-9][A-Za-z0-9._-]{0,99})?$/);
/** an entry's name as the archive has it; longer ones are cut there, and no key can be that long */
const entryName = z.string().max(4096);
const requestId = z.number().int().min(0);
const binary = z.instanceof(Uint8Array);

/** The most a child may say in one frame; a log line and a report fit many times over. */
export const maxChildFrameBytes = 16 * 1024 * 1024;
/** Longer log lines are cut, with a mark. */
export const maxLogTextChars = 16_384;

export const trainingSample = z.object({
  key: z.string(),
  /** in the input folder */
  file: fileName,
  labelIndex: z.number().int().min(0),
  split: z.enum(splits),
});
export type TrainingSample = z.infer<typeof trainingSample>;

/** `samplesFile` in the input folder holds this: far too long for a message. */
export const samplesFile = "samples.json";
export const trainingSet = z.object({ labels: z.array(z.string()).min(2), samples: z.array(trainingSample) });
export type TrainingSet = z.infer<typeof trainingSet>;

/** A model's files, in the output folder of its training and in the input folder of its serving. */
export const bestFolder = "best";
export const modelFileNames = ["model.json", "weights.bin", "signature.json"] as const;
/** Written by training and evaluation when the test split has been measured: protocol ModelReport. */
export const reportFile = "report.json";

export const childTask = z.discriminatedUnion("kind", [
  /** says which engine it finds, and ends */
  z.object({ kind: z.literal("probe") }),
  /** decodes the pictures it is asked about */
  z.object({ kind: z.literal("inspect") }),
  /** reads the archive in the input folder and says all that is in it, entry by entry */
  z.object({ kind: z.literal("unpack"), file: fileName }),
  z.object({
    kind: z.literal("auto-learn"),
    preset: z.enum(presets),
    imageSize: z.number().int().nullable(),
    epochs: z.number().int().nullable(),
    maxMinutes: z.number().positive(),
    /** what is left of the time budget */
    budgetMs: z.number(),
    /** short side of a typical picture, px */
    pictureSidePx: z.number().int().positive(),
    /** a .safetensors file in the input folder */
    pretrainedFile: fileName.nullable(),
    seed: z.number().int(),
    /** memory for decoded pictures */
    cacheBytes: z.number(),
  }),
  /** measures the model in the output folder's `bestFolder` on the test split, for a training that could not do it itself */
  z.object({ kind: z.literal("evaluate"), cacheBytes: z.number(), training: z.record(z.string(), z.union([z.string(), z.number()])) }),
  /** loads the model in the input folder and answers predict and infer */
  z.object({ kind: z.literal("serve"), signature }),
]);
export type ChildTask = z.infer<typeof childTask>;

export const runnerToChild = z.discriminatedUnion("type", [
  z.object({ type: z.literal("start"), task: childTask, folders: z.object({ input: z.string(), output: z.string() }), threads: z.number().int().min(1) }),
  /** end soon, keep the best so far */
  z.object({ type: z.literal("stop") }),
  /** `bytes` of a small picture, or a `file` in the input folder */
  z.object({ type: z.literal("inspect"), id: requestId, file: fileName.optional(), bytes: binary.optional() }),
  z.object({ type: z.literal("predict"), id: requestId, bytes: binary }),
  z.object({
    type: z.literal("infer"),
    id: requestId,
    datatype: z.enum(["FP32", "UINT8"]),
    shape: z.tuple([z.number().int().min(1), z.number().int().min(1), z.number().int().min(1), z.literal(3)]),
    bytes: binary,
  }),
]);
export type RunnerToChild = z.infer<typeof runnerToChild>;

const failure = problem.extend({ status: z.number().int().min(400).max(599) });
export type ServingFailure = z.infer<typeof failure>;

export const childToRunner = z.discriminatedUnion("type", [
  /** it can be spoken to; serving and training have their engine by then */
  z.object({ type: z.literal("ready"), engine: z.object({ name: z.string().max(64), reason: z.string().max(1000) }).nullable() }),
  z.object({ type: z.literal("log"), level: z.enum(logLevels), text: z.string().max(maxLogTextChars) }),
  z.object({
    type: z.literal("metric"), name: z.string().min(1).max(128), value: z.number().nullable(),
    step: z.number().int().min(0), epoch: z.number().int().min(0),
  }),
  z.object({ type: z.literal("progress"), progress: jobProgress }),
  z.object({ type: z.literal("memory"), residentBytes: z.number().min(0) }),
  /** the best weights so far lie whole in `bestFolder` of the output folder */
  z.object({
    type: z.literal("best-written"), epoch: z.number().int().min(0), step: z.number().int().min(0),
    validationAccuracy: z.number().min(0).max(1).nullable(),
  }),
  z.object({
    type: z.literal("inspected"),
    id: requestId,
    result: z.union([
      z.object({
        width: z.number().int().min(1),
        height: z.number().int().min(1),
        /** lib/nn/pictures/fingerprint, hex */
        pictureHash: z.string().regex(/^[0-9a-f]{64}$/).nullable(),
        sharpness: z.number().min(0),
        brightness: z.number().min(0).max(1),
      }),
      z.object({ code: z.enum(rejectionCodes), reason: z.string().max(1000) }),
    ]),
  }),
  /** what the archive is; counts and sizes are its own claims, null where it makes none */
  z.object({ type: z.literal("archive"), format: z.enum(archiveFormats), entries: z.number().int().min(0).nullable(), claimedBytes: z.number().min(0).nullable() }),
  /** a file that is whole and sound, in one message */
  z.object({ type: z.literal("entry"), name: entryName, bytes: binary }),
  /** a longer one: its bytes follow in pieces, then whether they were sound */
  z.object({ type: z.literal("entry-begun"), name: entryName, sizeBytes: z.number().int().min(0) }),
  z.object({ type: z.literal("entry-bytes"), bytes: binary }),
  z.object({ type: z.literal("entry-over"), damage: z.string().max(1000).nullable() }),
  z.object({ type: z.literal("entry-left-out"), name: entryName, code: z.enum(leftOutCodes), reason: z.string().max(1000) }),
  z.object({ type: z.literal("predicted"), id: requestId, predictions: z.array(prediction).max(100_000) }),
  /** `bytes`: FP32 little-endian, `shape` [B, labels] */
  z.object({ type: z.literal("inferred"), id: requestId, shape: z.tuple([z.number().int(), z.number().int()]), bytes: binary }),
  /** a predict or infer that could not be answered; the child goes on */
  z.object({ type: z.literal("refused"), id: requestId, error: failure }),
  z.object({
    type: z.literal("ended"),
    reason: z.enum(stopReasons),
    error: problem.nullable(),
    /** null: there is no model to keep */
    model: z.object({ parameterCount: z.number().int().min(0) }).nullable(),
  }),
]);
export type ChildToRunner = z.infer<typeof childToRunner>;
export type Inspected = Extract<ChildToRunner, { type: "inspected" }>["result"];
