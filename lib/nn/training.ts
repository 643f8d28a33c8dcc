import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { Recipe } from "#lib/domain/auto-learn-plan";
import type { StopReason } from "#lib/domain/job";
import type { ModelSignature } from "./preprocess";

/** Pictures of one size with their label indexes. */
export type PictureBatch = {
  /** [B, imageSize, imageSize, 3] RGB */
  pixels: Uint8Array;
  /** [B] */
  labels: Int32Array;
  /** side of every picture, px */
  imageSize: number;
};

/** Where training gets its pictures; `pictures/pipeline` is the real one, an array does in a test. */
export type TrainingData = {
  trainCount: number;
  validationCount: number;
  /** Shuffled, augmented pictures of one epoch, counted from 0; full batches only. */
  train(epoch: number, imageSize: number): AsyncIterable<PictureBatch>;
  /** Every validation picture once, in order, at the signature's size; the last batch may be short. */
  validation(): AsyncIterable<PictureBatch>;
};

export type { Recipe };

export type TrainingMetric = { name: MetricName; value: number; step: number; epoch: number; atMs: number };
export type MetricName =
  | "train/loss"
  | "train/accuracy"
  | "train/learning-rate"
  | "train/images-per-second"
  | "validation/loss"
  | "validation/accuracy";

export type TrainingEvent =
  | { type: "log"; level: "info" | "warn"; message: string; atMs: number }
  | { type: "metric"; metric: TrainingMetric }
  /** `share` of the schedule done, in [0, 1]; `remainingMs` null until the speed is known */
  | { type: "progress"; step: number; steps: number; epoch: number; epochs: number; share: number; remainingMs: number | null }
  | { type: "epoch"; epoch: number; epochs: number; trainLoss: number; validationLoss: number; validationAccuracy: number; best: boolean }
  /** the best weights so far have been handed to `onBest` and kept */
  | { type: "checkpoint"; epoch: number; step: number; validationAccuracy: number };

/** All weights of a model by name, copied out of the engine. */
export type WeightsSnapshot = readonly { name: string; shape: readonly number[]; values: Float32Array }[];

export type BestSoFar = { epoch: number; step: number; validationAccuracy: number; validationLoss: number };

export type FitOptions = {
  model: LayersModel;
  signature: ModelSignature;
  data: TrainingData;
  recipe: Recipe;
  /** from the call of `fit` to the end of everything, evaluation afterwards included; null for no limit */
  budgetMs: number | null;
  /** what the caller does afterwards inside the budget: pictures to evaluate, and other work */
  reserve?: { pictures: number; durationMs: number };
  /** milliseconds, monotonic or not; never read elsewhere */
  now: () => number;
  /** stops within a step, keeping the best */
  signal?: AbortSignal;
  onEvent: (event: TrainingEvent) => void;
  /** awaited before training goes on; meanwhile the model itself holds these weights. Not to be changed. */
  onBest?: (weights: WeightsSnapshot, best: BestSoFar) => void | Promise<void>;
};

export type FitResult = {
  reason: Extract<StopReason, "completed" | "budget" | "early-stop" | "stopped" | "diverged" | "error">;
  /** the model holds these weights now; null when no validation was reached (it holds the last weights, useless after "diverged") */
  best: BestSoFar | null;
  /** begun epochs and done steps */
  epochs: number;
  steps: number;
  /** why, with reason "error" */
  error?: unknown;
};
