import { readFile } from "node:fs/promises";
import path from "node:path";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { formatDuration } from "#lib/domain/units";
import { startEngine } from "#lib/engine/index";
import { fit } from "#lib/nn/fit";
import { openPictures } from "#lib/nn/pictures/pipeline";
import { planAutoLearn, type AutoLearnPlan } from "#lib/nn/plan";
import { createSignature } from "#lib/nn/preprocess";
import { loadPretrained } from "#lib/nn/pretrained";
import { buildResNet, initializeResNet } from "#lib/nn/resnet";
import { readSafetensors } from "#lib/nn/safetensors";
import type { FitResult, TrainingEvent } from "#lib/nn/training";
import { tellsOfMemory } from "../sandbox/exit-reason";
import { plural, problemOf } from "../work/words";
import type { ChildContext, Ended, TaskOf } from "./context";
import { countParameters, writeBest } from "./model-files";
import { writeTestReport } from "./test-report";
import { readTrainingSet } from "./training-set";

/** Starting, saving and what evaluation needs besides its pictures. */
const reserveMs = 5_000;

/** Trains, keeps the best weights on disk all along, and at the end measures them on pictures never seen. */
export async function autoLearn(context: ChildContext, task: TaskOf<"auto-learn">): Promise<Ended> {
  const { folders, threads, startedMs } = context;
  const set = await readTrainingSet(folders.input);
  const engine = await startEngine({ threads });
  await context.send({ type: "ready", engine: { name: engine.name, reason: engine.reason } });
  context.log("info", engine.reason);

  const plan = planAutoLearn({
    samples: set.train.length,
    classes: set.labels.length,
    preset: task.preset,
    maxMinutes: task.maxMinutes,
    pictureSidePx: task.pictureSidePx,
    imageSize: task.imageSize ?? undefined,
    epochs: task.epochs ?? undefined,
    pretrained: task.pretrainedFile !== null,
  });
  for (const reason of Object.values(plan.reasons)) context.log("info", reason);

  const signature = createSignature(plan.imageSize, set.labels);
  const model = buildResNet({ preset: task.preset, classes: set.labels.length, stem: plan.stem });
  initializeResNet(model, task.seed);
  if (task.pretrainedFile !== null) await startFrom(context, model, path.join(folders.input, task.pretrainedFile));
  const { batchSize } = plan.recipe;
  const pictures = openPictures({
    ...set,
    signature,
    batchSize,
    augmentation: plan.augmentation,
    seed: task.seed,
    workers: Math.max(1, Math.floor(threads / 4)),
    cacheBytes: task.cacheBytes,
  });
  try {
    const result = await fit({
      model,
      signature,
      data: pictures,
      recipe: plan.recipe,
      budgetMs: Math.max(0, task.budgetMs - (Date.now() - startedMs)),
      reserve: { pictures: set.test.length, durationMs: reserveMs },
      now: Date.now,
      signal: context.stop,
      onEvent: (event) => tell(context, event),
      async onBest(_weights, { epoch, step, validationAccuracy }) {
        await writeBest(folders.output, model, signature, task.preset);
        await context.send({ type: "best-written", epoch, step, validationAccuracy });
      },
    });
    const { reason, problem } = endingOf(result);
    if (problem) context.log("error", `${problem.message} ${problem.nextStep}`);
    const { best, steps } = result;
    // Stopped before anything was measured: the weights of that moment are the best there are.
    const unmeasured = best === null && steps > 0 && (reason === "stopped" || reason === "budget");
    if (best === null && !unmeasured) return { type: "ended", reason, error: problem, model: null };
    if (unmeasured) {
      await writeBest(folders.output, model, signature, task.preset);
      await context.send({ type: "best-written", epoch: 0, step: steps, validationAccuracy: null });
      context.log("warn", `Ended before the first measurement: the weights of step ${steps} are kept.`);
    }

    const progress = { fraction: 1, epoch: null, epochs: null, remainingMs: null };
    await context.send({ type: "progress", progress: { ...progress, phase: "evaluating" } });
    const report = await writeTestReport({
      output: folders.output,
      model,
      signature,
      batches: pictures.test(),
      keys: set.test.map(({ key }) => key),
      training: summary(plan, result, { engine: engine.name, seconds: Math.round((Date.now() - startedMs) / 1000), samples: set.train.length }),
    });
    const { accuracy, macroF1, samples } = report;
    context.log("info", `On ${plural(samples, "picture")} never seen: accuracy ${percent(accuracy)}, macro F1 ${percent(macroF1)}.`);
    return { type: "ended", reason, error: problem, model: { parameterCount: countParameters(model) } };
  } finally {
    await pictures.close();
    model.dispose();
  }
}

async function startFrom(context: ChildContext, model: LayersModel, file: string): Promise<void> {
  const { loaded, skipped } = loadPretrained(model, readSafetensors(await readFile(file)));
  context.log("info", `Starts from pretrained weights: ${plural(loaded, "tensor")} taken.`);
  for (const { name, reason } of skipped) context.log("info", `Not taken: ${name}, because ${reason}.`);
}

function endingOf({ reason, error }: FitResult): { reason: Ended["reason"]; problem: Ended["error"] } {
  if (reason === "diverged") {
    const message = "Training diverged: the loss became infinite.";
    return { reason, problem: { code: "diverged", message, nextStep: "Start it again with another seed, or from pretrained weights." } };
  }
  if (reason !== "error") return { reason, problem: null };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const problem = problemOf(error);
  if (problem.code === "unexpected_error") console.error(text);
  return { reason: tellsOfMemory(text) ? "out-of-memory" : "error", problem };
}

function tell(context: ChildContext, event: TrainingEvent): void {
  switch (event.type) {
    case "log":
      return context.log(event.level, event.message);
    case "metric": {
      const { name, value, step, epoch } = event.metric;
      return void context.send({ type: "metric", name, value: Number.isFinite(value) ? value : null, step, epoch });
    }
    case "progress": {
      const { share, epoch, epochs, remainingMs } = event;
      const fraction = Math.min(1, Math.max(0, share));
      return void context.send({ type: "progress", progress: { phase: "training", fraction, epoch, epochs, remainingMs } });
    }
    case "epoch": {
      const { epoch, epochs, trainLoss, validationLoss, validationAccuracy, best } = event;
      const figures = `training loss ${trainLoss.toFixed(3)}, validation loss ${validationLoss.toFixed(3)}, validation accuracy ${percent(validationAccuracy)}`;
      return context.log("info", `Epoch ${epoch + 1} of ${epochs}: ${figures}${best ? " (best so far)" : ""}.`);
    }
    case "checkpoint":
      return;
  }
}

function summary(plan: AutoLearnPlan, { best, epochs, steps, reason }: FitResult, more: { engine: string; seconds: number; samples: number }): Record<string, string | number> {
  return {
    ...(best && { bestEpoch: best.epoch + 1, validationAccuracy: best.validationAccuracy }),
    epochs,
    steps,
    imageSize: plan.imageSize,
    batchSize: plan.recipe.batchSize,
    learningRate: plan.recipe.maxLearningRate,
    optimizer: plan.recipe.optimizer,
    trainSamples: more.samples,
    seconds: more.seconds,
    duration: formatDuration(more.seconds * 1000),
    engine: more.engine,
    stopReason: reason,
  };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
