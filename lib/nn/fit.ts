import * as tf from "@tensorflow/tfjs-core";
import { formatDuration } from "#lib/domain/units";
import { Pace } from "./pace";
import { oneCycle } from "./schedule";
import { TrainingStep, validate } from "./step";
import type { BestSoFar, FitOptions, FitResult, MetricName, WeightsSnapshot } from "./training";
import { restoreWeights, snapshotWeights } from "./weights";

/** Points on a curve per epoch: enough to see, few enough to keep. */
const reportsPerEpoch = 10;
/** A slow network still shows a sign of life this often. */
const reportEveryMs = 5_000;

type Ending = { reason: FitResult["reason"]; error?: unknown };

/**
 * Trains until the schedule, the budget, the patience or the signal ends it, or it breaks. Never throws for what goes
 * wrong on the way: the reason says it, and the model always holds the best weights so far.
 *
 * The model takes [B, H, W, 3] and gives logits [B, labels]. Tensors made here are gone at the end.
 */
export async function fit(options: FitOptions): Promise<FitResult> {
  const step = new TrainingStep(options.model, options.signature, options.recipe);
  try {
    return await new Fitting(options, step).run();
  } finally {
    step.dispose();
  }
}

class Fitting {
  readonly #options: FitOptions;
  readonly #step: TrainingStep;
  readonly #pace: Pace;
  readonly #stepsPerEpoch: number;
  readonly #deadlineMs: number;
  #epoch = -1;
  #best: { weights: WeightsSnapshot; at: BestSoFar } | null = null;
  #validatedAtStep = 0;
  #withoutGain = 0;
  /** the slowest measured: the first, when pictures are decoded, as the caller's will be */
  #evaluationMsPerPicture: number | null = null;
  #announcedEpochs: number;
  /** since the last report */
  #recent = { losses: [] as number[], hits: 0, pictures: 0, sinceMs: 0 };
  #epochLosses: number[] = [];

  constructor(options: FitOptions, step: TrainingStep) {
    const { recipe, data, budgetMs, now } = options;
    this.#options = options;
    this.#step = step;
    this.#stepsPerEpoch = Math.max(1, Math.floor(data.trainCount / recipe.batchSize));
    this.#announcedEpochs = recipe.epochs;
    const startMs = now();
    this.#deadlineMs = budgetMs === null ? Infinity : startMs + budgetMs;
    this.#pace = new Pace({
      wantedSteps: recipe.epochs * this.#stepsPerEpoch,
      stepsPerEpoch: this.#stepsPerEpoch,
      sizes: recipe.sizes,
      startMs,
      deadlineMs: this.#deadlineMs,
    });
  }

  async run(): Promise<FitResult> {
    let ending: Ending;
    try {
      ending = await this.#train();
    } catch (error) {
      ending = { reason: "error", error };
    }
    if (this.#best) restoreWeights(this.#options.model, this.#best.weights);
    return { ...ending, best: this.#best?.at ?? null, epochs: this.#epoch + 1, steps: this.#pace.stepsDone };
  }

  async #train(): Promise<Ending> {
    while (this.#pace.stepsLeft > 0) {
      this.#epoch++;
      const ending = await this.#trainEpoch();
      if (ending && ending.reason !== "budget") return ending;
      if (this.#pace.stepsDone > this.#validatedAtStep && !(await this.#validate())) return { reason: "stopped" };
      if (ending) return ending;
      const patience = this.#options.recipe.patienceEpochs;
      if (patience !== null && this.#withoutGain >= patience) return { reason: "early-stop" };
      this.#replan();
    }
    return { reason: this.#pace.shortened ? "budget" : "completed" };
  }

  /** Steps until the epoch or the plan is over. @returns how training ended, or null to go on */
  async #trainEpoch(): Promise<Ending | null> {
    const { data, now, recipe, signal } = this.#options;
    let sinceMs = now();
    this.#epochLosses = [];
    this.#recent = { losses: [], hits: 0, pictures: 0, sinceMs };
    for await (const batch of data.train(this.#epoch, this.#pace.imageSize)) {
      if (signal?.aborted) return { reason: "stopped" };
      if (now() + (this.#pace.stepMs ?? 0) + this.#reserveMs() > this.#deadlineMs) return { reason: "budget" };

      const learningRate = oneCycle(this.#pace.share, recipe);
      const { loss, hits } = await this.#step.run(batch, learningRate);
      if (!Number.isFinite(loss)) return { reason: "diverged" };
      const doneMs = now();
      this.#pace.stepped(batch.imageSize, doneMs - sinceMs);
      sinceMs = doneMs;
      this.#recent.losses.push(loss);
      this.#recent.hits += hits;
      this.#recent.pictures += batch.labels.length;
      this.#epochLosses.push(loss);
      this.#report(learningRate);

      // Between steps, what came in meanwhile is heard: prepared pictures, and the signal to stop.
      await tf.nextFrame();
      if (signal?.aborted) return { reason: "stopped" };
      if (this.#pace.stepsLeft === 0) return null;
    }
    return null;
  }

  /** Measures on the validation pictures and keeps the weights if they are the best. @returns false when stopped */
  async #validate(): Promise<boolean> {
    const { model, signature, data, now, signal, onEvent, onBest } = this.#options;
    const beganMs = now();
    const measured = await validate(model, signature, data.validation(), signal);
    if (!measured) return false;
    const durationMs = now() - beganMs;
    const step = this.#pace.stepsDone;
    this.#validatedAtStep = step;
    this.#pace.evaluated(durationMs);
    this.#evaluationMsPerPicture = Math.max(this.#evaluationMsPerPicture ?? 0, durationMs / data.validationCount);
    this.#metric("validation/loss", measured.loss);
    this.#metric("validation/accuracy", measured.accuracy);

    const at: BestSoFar = { epoch: this.#epoch, step, validationAccuracy: measured.accuracy, validationLoss: measured.loss };
    const best = isBetter(at, this.#best?.at);
    const { validationLoss, validationAccuracy } = at;
    onEvent({
      type: "epoch",
      epoch: this.#epoch,
      epochs: this.#pace.epochs,
      trainLoss: mean(this.#epochLosses),
      validationLoss,
      validationAccuracy,
      best,
    });
    this.#withoutGain = best ? 0 : this.#withoutGain + 1;
    if (best) {
      const weights = await snapshotWeights(model);
      this.#best = { weights, at };
      await onBest?.(weights, at);
      onEvent({ type: "checkpoint", epoch: this.#epoch, step, validationAccuracy });
    }
    return true;
  }

  #report(learningRate: number): void {
    const { onEvent, now } = this.#options;
    const { losses, hits, pictures, sinceMs } = this.#recent;
    const atMs = now();
    const every = Math.ceil(this.#stepsPerEpoch / reportsPerEpoch);
    const first = this.#pace.stepsDone === 1;
    if (!first && losses.length < every && atMs - sinceMs < reportEveryMs && this.#pace.stepsLeft > 0) return;
    this.#metric("train/loss", mean(losses));
    this.#metric("train/accuracy", hits / pictures);
    this.#metric("train/learning-rate", learningRate);
    if (atMs > sinceMs) this.#metric("train/images-per-second", (pictures * 1000) / (atMs - sinceMs));
    this.#recent = { losses: [], hits: 0, pictures: 0, sinceMs: atMs };
    this.#replan();
    const { stepsDone: step, steps, epochs, share, remainingMs } = this.#pace;
    onEvent({ type: "progress", step, steps, epoch: this.#epoch, epochs, share, remainingMs });
  }

  #replan(): void {
    const { now, onEvent } = this.#options;
    this.#pace.replan(now(), this.#reserveMs());
    const { epochs, remainingMs } = this.#pace;
    // The plan follows every change of speed; a person is told of the ones that matter.
    const change = Math.abs(epochs - this.#announcedEpochs);
    if (remainingMs === null || change < 2 || change < this.#announcedEpochs * 0.15) return;
    this.#announcedEpochs = epochs;
    const message =
      `${epochs} ${epochs === 1 ? "epoch fits" : "epochs fit"} into the time budget at this speed; ` +
      `the learning rate is planned to end with ${epochs === 1 ? "it" : "them"}, in about ${formatDuration(remainingMs)}.`;
    onEvent({ type: "log", level: "info", message, atMs: now() });
  }

  /** What must still fit after the last step: a validation, and what the caller has asked to keep free. */
  #reserveMs(): number {
    const { data, recipe, reserve } = this.#options;
    // Before one was measured: a forward pass is a third of a step; half, to be safe.
    const each = this.#evaluationMsPerPicture ?? (this.#pace.stepMs ?? 0) / recipe.batchSize / 2;
    return each * 1.1 * (data.validationCount + (reserve?.pictures ?? 0)) + (reserve?.durationMs ?? 0);
  }

  #metric(name: MetricName, value: number): void {
    const { onEvent, now } = this.#options;
    onEvent({ type: "metric", metric: { name, value, step: this.#pace.stepsDone, epoch: this.#epoch, atMs: now() } });
  }
}

function isBetter(at: BestSoFar, best: BestSoFar | undefined): boolean {
  if (!best || at.validationAccuracy > best.validationAccuracy) return true;
  return at.validationAccuracy === best.validationAccuracy && at.validationLoss < best.validationLoss;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
