import { LatheError } from "#lib/domain/errors";
import type { StopReason } from "#lib/domain/job";
import { formatDuration } from "#lib/domain/units";
import type { ChildTask, ChildToRunner } from "#lib/protocol/child";
import type { Problem } from "#lib/protocol/common";
import { autoLearnRequest, type AutoLearnRequest } from "#lib/protocol/jobs";
import { explainExit, outOfMemory } from "../sandbox/exit-reason";
import { startJobChild, type JobChild } from "../work/job-child";
import { keepModel, readTrained } from "./auto-learn/keep-model";
import { fetchPictures, fetchPretrained, pretrainedFile, readTrainingData, requireSplit, typicalSide } from "./auto-learn/training-files";
import { Stopped, type Execution, type Outcome } from "./execution";

/** After the budget a child has this long to come to its end by itself, and so has an evaluation. */
const leastGraceMs = 60_000;
const evaluationWallMs = 15 * 60_000;

type Ended = Extract<ChildToRunner, { type: "ended" }>;
type Ending = { stopReason: StopReason; error: Problem | null; parameterCount: number | null };

/** Trains a preset network on a dataset version and keeps the best model, whatever ends the training. */
export async function autoLearn(execution: Execution): Promise<Outcome> {
  const { input, lost } = execution;
  const request = autoLearnRequest.parse(input.params);
  const version = input.datasetVersion;
  if (!version) throw new LatheError({ code: "dataset_gone", message: "The dataset of this job was deleted.", nextStep: "Start again on another one.", status: 404 });
  execution.progress({ phase: "preparing", fraction: 0, epoch: null, epochs: null, remainingMs: null });
  const data = await readTrainingData(execution, version);
  requireSplit(data);
  try {
    await fetchPictures(execution, data);
  } catch (error) {
    if (error instanceof Stopped) return { stopReason: "stopped", result: null, error: null };
    throw error;
  }
  if (request.pretrained) await fetchPretrained(execution, request.pretrained);

  const training = new Training(execution, request, typicalSide(data.samples));
  let ending = await training.run();
  lost.throwIfAborted();
  if (training.bestWritten && !(await isComplete(execution, data.labels, ending))) ending = await training.evaluate(ending);
  lost.throwIfAborted();
  const { stopReason, error, parameterCount } = ending;
  const trained = parameterCount === null ? null : await readTrained(execution, data.labels, parameterCount);
  if (!trained) return withoutModel(execution, request, ending);
  const result = await keepModel(execution, request.name, trained);
  return { stopReason, result, error };
}

async function isComplete(execution: Execution, labels: readonly string[], { parameterCount }: Ending): Promise<boolean> {
  return parameterCount !== null && (await readTrained(execution, labels, parameterCount)) !== null;
}

function withoutModel({ startedMs, log }: Execution, { maxMinutes }: AutoLearnRequest, { stopReason, error }: Ending): Outcome {
  if (stopReason !== "budget" && stopReason !== "completed" && stopReason !== "early-stop") {
    if (stopReason === "stopped") log("info", "Stopped before training began: there is no model to keep.");
    return { stopReason, result: null, error };
  }
  const problem = {
    code: "budget_too_short",
    message: `The time budget of ${formatDuration(maxMinutes * 60_000)} was over before training could begin: copying the pictures and starting took ${formatDuration(Date.now() - startedMs)}.`,
    nextStep: "Start it again with a larger budget.",
  };
  return { stopReason: "error", result: null, error: problem };
}

class Training {
  readonly #execution: Execution;
  readonly #request: AutoLearnRequest;
  readonly #pictureSidePx: number;
  #best: Extract<ChildToRunner, { type: "best-written" }> | null = null;

  constructor(execution: Execution, request: AutoLearnRequest, pictureSidePx: number) {
    this.#execution = execution;
    this.#request = request;
    this.#pictureSidePx = pictureSidePx;
  }

  get bestWritten(): boolean {
    return this.#best !== null;
  }

  async run(): Promise<Ending> {
    const { startedMs, stop } = this.#execution;
    const { preset, imageSize, epochs, maxMinutes, seed, pretrained } = this.#request;
    const wholeMs = maxMinutes * 60_000;
    const budgetMs = Math.max(0, startedMs + wholeMs - Date.now());
    const task: ChildTask = {
      kind: "auto-learn",
      preset,
      imageSize,
      epochs,
      maxMinutes: Math.max(budgetMs, 1_000) / 60_000,
      budgetMs,
      pictureSidePx: this.#pictureSidePx,
      pretrainedFile: pretrained ? pretrainedFile : null,
      seed,
      cacheBytes: this.#cacheBytes,
    };
    const wallMs = budgetMs + Math.max(leastGraceMs, wholeMs / 4);
    const child = await startJobChild(this.#execution, {
      task,
      wallMs,
      onMessage: (message) => {
        if (message.type === "best-written") this.#best = message;
      },
    });
    const askToStop = () => child.send({ type: "stop" });
    stop.addEventListener("abort", askToStop);
    if (stop.aborted) askToStop();
    try {
      return await this.#ending(child);
    } finally {
      stop.removeEventListener("abort", askToStop);
    }
  }

  async #ending(child: JobChild): Promise<Ending> {
    const { ended, exit, timedOut } = await child.over;
    if (ended) return fromWord(ended, child, exit.peakBytes);
    if (timedOut) {
      this.#execution.log("warn", "Training did not come to its end in time and was ended.");
      return { stopReason: "budget", error: null, parameterCount: null };
    }
    const { stopReason, problem } = explainExit(exit, child.limits);
    return { stopReason, error: problem, parameterCount: null };
  }

  /** The training's child could not measure its best weights: another one does. */
  async evaluate(ending: Ending): Promise<Ending> {
    const { log, progress } = this.#execution;
    const best = this.#best!;
    log("info", `Measures the best weights, of ${best.validationAccuracy === null ? `step ${best.step}` : `epoch ${best.epoch + 1}`}, in a process of their own.`);
    progress({ phase: "evaluating", fraction: 1, epoch: null, epochs: null, remainingMs: null });
    const child = await startJobChild(this.#execution, {
      task: {
        kind: "evaluate",
        cacheBytes: 0,
        training: {
          ...(best.validationAccuracy !== null && { bestEpoch: best.epoch + 1, validationAccuracy: best.validationAccuracy }),
          steps: best.step,
          stopReason: ending.stopReason,
        },
      },
      wallMs: evaluationWallMs,
    });
    const { ended, exit } = await child.over;
    if (ended?.model) return { ...ending, parameterCount: ended.model.parameterCount };
    const why = ended?.error ?? explainExit(exit, child.limits).problem;
    log("error", `The best weights could not be measured: ${why.message}`);
    return { stopReason: ending.error ? ending.stopReason : "error", error: ending.error ?? why, parameterCount: null };
  }

  get #cacheBytes(): number {
    return Math.min(1024 ** 3, Math.floor(this.#execution.config.memoryBytes / 8));
  }
}

function fromWord({ reason, error, model }: Ended, { limits }: JobChild, peakBytes: number): Ending {
  const problem = reason === "out-of-memory" ? outOfMemory(limits, peakBytes).problem : error;
  return { stopReason: reason, error: problem, parameterCount: model?.parameterCount ?? null };
}
