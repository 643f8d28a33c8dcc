import { createTranslator } from "use-intl/core";
import { describe, expect, it } from "vitest";
import type { Job } from "#lib/protocol/jobs";
import en from "../../../../_i18n/messages/en/jobs.json";
import zh from "../../../../_i18n/messages/zh-CN/jobs.json";
import { statusSentence, type Trained } from "./status-sentence";
import { curvesOf, trainedEpochs } from "./training-curves";

const base: Job = {
  job: "j1", kind: "auto-learn", name: "dishes", status: "running", stopReason: null, attempt: 1, params: {}, dataset: "food@1",
  progress: null, result: null, error: null, runner: "local", createdAtMs: 0, startedAtMs: 0, endedAtMs: null,
};
const kept = { model: "dishes@1", dataset: null, metrics: {} };
const nothing: Trained = { lastEpoch: null, bestEpoch: null };

/** The sentence as the page says it; phase and time are put in as the page does. */
function say(job: Partial<Job>, trained: Trained = nothing, locale: "en" | "zh-CN" = "en"): string {
  const { key, values } = statusSentence({ ...base, ...job }, trained);
  const t = createTranslator({ locale, messages: locale === "en" ? en : zh, namespace: "sentence" });
  return t(key, { ...values, left: "12 min", phase: "Reading pictures", percent: "40%" } as never);
}

const training = { phase: "training", fraction: 0.25, epoch: 6, epochs: 24, remainingMs: 720_000 } as const;

describe("statusSentence", () => {
  it("says the epoch from 1 and the time left", () => {
    expect(say({ progress: training })).toBe("Training epoch 7 of 24, about 12 min left");
    expect(say({ progress: training }, nothing, "zh-CN")).toBe("正在训练第 7 轮，共 24 轮，大约还需 12 min");
    expect(say({ progress: { ...training, remainingMs: null } })).toBe("Training epoch 7 of 24");
  });

  it("says what else is going on", () => {
    expect(say({ status: "queued", attempt: 0 })).toBe("Waiting for a free runner");
    expect(say({ status: "queued", attempt: 1 })).toBe("The runner was lost; attempt 2 waits for another one");
    expect(say({})).toBe("Starting on the runner");
    expect(say({ kind: "import-dataset", progress: { phase: "importing", fraction: 0.4, epoch: null, epochs: null, remainingMs: null } })).toBe("Reading pictures, 40% done");
    expect(say({ status: "stopping" })).toBe("Stopping; the best model so far will be kept");
  });

  it("says how a training ended and which model was kept", () => {
    const trained = { lastEpoch: 8, bestEpoch: 7 };
    expect(say({ status: "cancelled", stopReason: "stopped", result: kept }, trained)).toBe("Stopped after epoch 9; the best model, from epoch 8, was kept");
    expect(say({ status: "succeeded", stopReason: "budget", result: kept }, trained)).toBe("The time budget was used up after epoch 9; the best model, from epoch 8, was kept");
    expect(say({ status: "succeeded", stopReason: "completed", result: kept }, trained)).toBe("Done after all 9 epochs; the best model, from epoch 8, was kept");
    expect(say({ status: "failed", stopReason: "diverged", result: kept }, trained)).toBe("Training diverged after epoch 9; the best model, from epoch 8, was kept");
  });

  it("does not call an epoch done that was not", () => {
    expect(say({ status: "cancelled", stopReason: "stopped", result: kept }, { lastEpoch: 0, bestEpoch: null })).toBe("Stopped during epoch 1; the model as it was then was kept");
  });

  it("does not promise a model that is not there", () => {
    expect(say({ status: "cancelled", stopReason: "stopped" })).toBe("Stopped before the first epoch was done; there is no model to keep");
    expect(say({ status: "cancelled", stopReason: "stopped", attempt: 0 })).toBe("Stopped before it began");
    expect(say({ status: "failed", stopReason: "diverged" })).toBe("Training diverged: the loss was no longer a number, and no model could be kept");
    expect(say({ status: "failed", stopReason: "runner-lost", attempt: 3 })).toBe("3 runners in a row were lost; given up");
  });
});

describe("metrics", () => {
  const point = (attempt: number, name: string, epoch: number, step: number, value: number | null) => ({ attempt, seq: step, atMs: 0, name, value, step, epoch });

  it("names the first epoch with the highest validation accuracy as the best", () => {
    const metrics = [0.5, 0.8, null, 0.8, 0.7].map((value, epoch) => point(1, "validation/accuracy", epoch, epoch, value));
    expect(trainedEpochs(metrics)).toEqual({ lastEpoch: 4, bestEpoch: 1 });
  });

  it("counts an epoch as done only when it was validated", () => {
    const begun = [point(1, "train/loss", 0, 1, 2), point(1, "train/loss", 1, 30, 1)];
    expect(trainedEpochs(begun)).toEqual({ lastEpoch: 1, bestEpoch: null });
    expect(trainedEpochs([...begun, point(1, "validation/accuracy", 0, 20, 0.4)])).toEqual({ lastEpoch: 0, bestEpoch: 0 });
  });

  it("draws the last attempt only", () => {
    const metrics = [point(1, "train/loss", 0, 1, 9), point(2, "train/loss", 0, 1, 3), point(2, "train/loss", 0, 2, 2)];
    expect(curvesOf(metrics).get("train/loss")).toEqual([{ x: 1, y: 3 }, { x: 2, y: 2 }]);
  });
});
