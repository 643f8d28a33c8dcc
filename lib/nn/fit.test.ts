import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { input, layers, model as layersModel, type LayersModel, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import { evaluate } from "./evaluate";
import { fit } from "./fit";
import { createSignature } from "./preprocess";
import { randomStream } from "./random";
import { buildResNet, initializeResNet } from "./resnet";
import type { FitOptions, PictureBatch, Recipe, TrainingData, TrainingEvent } from "./training";
import { snapshotWeights } from "./weights";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const side = 4;
const signature = createSignature(side, ["dark", "bright"]);
const recipe: Recipe = {
  optimizer: "sgd",
  batchSize: 4,
  epochs: 3,
  maxLearningRate: 0.1,
  warmUpShare: 0.3,
  momentum: 0.9,
  nesterov: false,
  weightDecay: 1e-4,
  labelSmoothing: 0.1,
  sizes: [{ from: 0, imageSize: side }],
  patienceEpochs: null,
};

/** Bright or dark pictures: learned in a few steps. */
function batchOf(count: number, imageSize: number, seed: number): PictureBatch {
  const random = randomStream(seed);
  const labels = Int32Array.from({ length: count }, (_, i) => i % 2);
  const pixels = new Uint8Array(count * imageSize ** 2 * 3);
  labels.forEach((label, i) => {
    for (let at = 0; at < imageSize ** 2 * 3; at++) pixels[i * imageSize ** 2 * 3 + at] = (label ? 160 : 30) + random.index(60);
  });
  return { pixels, labels, imageSize };
}

function dataOf({ trainCount = 16, validationCount = 6 } = {}): TrainingData {
  return {
    trainCount,
    validationCount,
    async *train(epoch, imageSize) {
      for (let at = 0; at + 4 <= trainCount; at += 4) yield batchOf(4, imageSize, epoch * 1000 + at);
    },
    async *validation() {
      yield batchOf(4, side, 71);
      yield batchOf(validationCount - 4, side, 72);
    },
  };
}

/** BatchNorm, convolution and fc, as small as can be. */
function tinyModel(): LayersModel {
  const pictures = input({ shape: [null, null, 3] });
  let x = layers.conv2d({ filters: 2, kernelSize: 1, kernelInitializer: "ones", useBias: false }).apply(pictures) as SymbolicTensor;
  x = layers.batchNormalization({ momentum: 0.5 }).apply(x) as SymbolicTensor;
  x = layers.globalAveragePooling2d({ dataFormat: "channelsLast" }).apply(x) as SymbolicTensor;
  const fc = layers.dense({ units: 2, kernelInitializer: "ones" });
  return layersModel({ inputs: pictures, outputs: fc.apply(x) as SymbolicTensor });
}

/** A clock that only work moves: each step's data costs `stepMs`. */
function clockedData(stepMs: number | (() => number), options?: { trainCount?: number; validationCount?: number }) {
  const clock = { nowMs: 0 };
  const data = dataOf(options);
  const tick = () => (clock.nowMs += typeof stepMs === "number" ? stepMs : stepMs());
  const slow: TrainingData = {
    ...data,
    async *train(epoch, imageSize) {
      for await (const batch of data.train(epoch, imageSize)) {
        tick();
        yield batch;
      }
    },
    async *validation() {
      for await (const batch of data.validation()) {
        tick();
        yield batch;
      }
    },
  };
  return { clock, data: slow };
}

async function run(overrides: Partial<FitOptions> = {}) {
  const events: TrainingEvent[] = [];
  const model = overrides.model ?? tinyModel();
  const result = await fit({
    model,
    signature,
    data: dataOf(),
    recipe,
    budgetMs: null,
    now: () => 0,
    onEvent: (event) => events.push(event),
    ...overrides,
  });
  return { result, events, model };
}

function values(events: readonly TrainingEvent[], name: string): number[] {
  return events.flatMap((event) => (event.type === "metric" && event.metric.name === name ? [event.metric.value] : []));
}

describe("fit", () => {
  it("learns, reports every metric with step and epoch, and completes", async () => {
    const { result, events } = await run();
    expect(result).toMatchObject({ reason: "completed", epochs: 3, steps: 12 });
    expect(result.best!.validationAccuracy).toBe(1);
    expect(values(events, "train/loss").at(-1)).toBeLessThan(values(events, "train/loss")[0]!);
    expect(values(events, "validation/accuracy")).toHaveLength(3);
    // One cycle from max/25 to max/250,000
    expect(values(events, "train/learning-rate")[0]).toBeCloseTo(0.004, 9);
    expect(values(events, "train/learning-rate").at(-1)).toBeCloseTo(4e-7, 9);
    expect(events.findLast((event) => event.type === "progress")).toMatchObject({ step: 12, steps: 12, epoch: 2, epochs: 3, share: 1 });
    expect(events.filter((event) => event.type === "epoch").map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
  });

  it("trains a real ResNet, with adamw too", async () => {
    const model = buildResNet({ preset: { block: "bottleneck", blocks: [1, 1, 1, 1] }, classes: 2, stem: "small", width: 2 });
    initializeResNet(model, 5);
    const { result } = await run({ model, recipe: { ...recipe, optimizer: "adamw", epochs: 10, maxLearningRate: 0.01, weightDecay: 0.05 } });
    expect(result).toMatchObject({ reason: "completed", steps: 40 });
    expect(result.best!.validationAccuracy).toBe(1);
    model.dispose();
  });

  it("comes to the same weights from the same seed", async () => {
    const [first, second] = [await run(), await run()];
    const values = async (model: LayersModel) => (await snapshotWeights(model)).map((weight) => weight.values);
    expect(await values(second.model)).toEqual(await values(first.model));
  });

  it("leaves no tensor behind", async () => {
    const model = tinyModel();
    await run({ model });
    const held = tf.memory().numTensors;
    await run({ model });
    await run({ model, recipe: { ...recipe, maxLearningRate: NaN } });
    expect(tf.memory().numTensors).toBe(held);
  });

  it("trains at the size the schedule asks for", async () => {
    const sizes: number[] = [];
    const data = dataOf();
    const watched: TrainingData = { ...data, train: (epoch, imageSize) => (sizes.push(imageSize), data.train(epoch, imageSize)) };
    await run({ data: watched, recipe: { ...recipe, sizes: [{ from: 0, imageSize: 3 }, { from: 0.5, imageSize: 4 }] } });
    expect(sizes).toEqual([3, 3, 4]); // shares at the epochs' begin: 0, 4/11, 8/11
  });

  it("keeps and restores the best weights, not the last", async () => {
    const handed: { accuracy: number; weights: unknown }[] = [];
    const data = dataOf();
    let call = 0;
    // The validation pictures of epochs 1 and 2 are labelled wrongly: only epoch 0 does well.
    const spoiled: TrainingData = {
      ...data,
      async *validation() {
        const wrong = call++ > 0;
        for await (const batch of data.validation()) yield wrong ? { ...batch, labels: batch.labels.map((label) => 1 - label) } : batch;
      },
    };
    const { result, model } = await run({
      data: spoiled,
      recipe: { ...recipe, maxLearningRate: 0.5 },
      onBest: (weights, { validationAccuracy }) => void handed.push({ accuracy: validationAccuracy, weights }),
    });
    expect(result.best!.epoch).toBe(0);
    expect(handed).toHaveLength(1);
    expect(await snapshotWeights(model)).toEqual(handed[0]!.weights);
  });

  it("stops within a step at the signal, keeping the best", async () => {
    const stop = new AbortController();
    let steps = 0;
    const { result } = await run({
      recipe: { ...recipe, epochs: 50 },
      signal: stop.signal,
      onEvent: (event) => {
        if (event.type === "progress" && ++steps === 6) stop.abort();
      },
    });
    expect(result).toMatchObject({ reason: "stopped", steps: 6, best: { epoch: 0, validationAccuracy: expect.any(Number) } });
  });

  it("calls a loss that is no number diverged, with the best so far", async () => {
    const model = tinyModel();
    const { result } = await run({
      model,
      onBest: async () => {
        const broken = model.weights[0]!;
        broken.write(tf.fill(broken.shape as number[], NaN));
      },
    });
    expect(result).toMatchObject({ reason: "diverged", best: { epoch: 0 } });
    expect((await snapshotWeights(model)).every(({ values: all }) => all.every(Number.isFinite))).toBe(true);
  });

  it("ends at the budget with its schedule complete, evaluation included", async () => {
    const { clock, data } = clockedData(1000, { trainCount: 16, validationCount: 6 });
    const { result, events } = await run({
      data,
      recipe: { ...recipe, epochs: 1000 },
      budgetMs: 60_000,
      reserve: { pictures: 6, durationMs: 3_000 },
      now: () => clock.nowMs,
    });
    expect(result.reason).toBe("budget");
    // A step takes 1 s and so does each of validation's two batches; testing afterwards as long as validating.
    expect(clock.nowMs).toBeLessThanOrEqual(60_000 - 3_000 - 2_000);
    expect(clock.nowMs).toBeGreaterThan(45_000);
    expect(values(events, "train/learning-rate").at(-1)).toBeLessThan(0.002);
    expect(events.some((event) => event.type === "log" && event.message.includes("epochs fit into the time budget"))).toBe(true);
  });

  it("replans when steps become slower, and still ends in time", async () => {
    let steps = 0;
    const { clock, data } = clockedData(() => (++steps > 20 ? 3000 : 500));
    const { result, events } = await run({ data, recipe: { ...recipe, epochs: 1000 }, budgetMs: 90_000, now: () => clock.nowMs });
    expect(result.reason).toBe("budget");
    expect(clock.nowMs).toBeLessThanOrEqual(90_000);
    expect(clock.nowMs).toBeGreaterThan(70_000);
    expect(values(events, "train/learning-rate").at(-1)).toBeLessThan(0.01);
  });

  it("does nothing in a budget of zero", async () => {
    const { clock, data } = clockedData(1000);
    const { result } = await run({ data, budgetMs: 0, now: () => clock.nowMs });
    expect(result).toMatchObject({ reason: "budget", best: null, steps: 0 });
  });

  it("ends early when patience runs out", async () => {
    const { result } = await run({ recipe: { ...recipe, epochs: 50, patienceEpochs: 2, maxLearningRate: 1e-12 } });
    expect(result.reason).toBe("early-stop");
    expect(result.epochs).toBeLessThan(50);
  });

  it("tells what broke, and still has the best", async () => {
    const data = dataOf();
    const broken: TrainingData = {
      ...data,
      async *train(epoch, imageSize) {
        yield* data.train(epoch, imageSize);
        if (epoch === 1) throw new Error("the disk is gone");
      },
    };
    const { result } = await run({ data: broken });
    expect(result).toMatchObject({ reason: "error", best: { validationAccuracy: expect.any(Number) } });
    expect((result.error as Error).message).toBe("the disk is gone");
  });
});

describe("evaluate", () => {
  it("gives metrics, confusion and the surest mistakes by key", async () => {
    const { model } = await run();
    const wrong = batchOf(6, side, 9);
    wrong.labels[3] = 0; // a bright picture said to be dark
    const held = tf.memory().numTensors;
    const report = await evaluate({
      model,
      signature,
      batches: (async function* () {
        yield wrong;
      })(),
      keys: ["a", "b", "c", "d", "e", "f"],
    });
    expect(report.samples).toBe(6);
    expect(report.metrics.accuracy).toBeCloseTo(5 / 6, 12);
    expect(report.confusion).toEqual([[3, 1], [0, 2]]);
    expect(report.mistakes).toEqual([
      { key: "d", label: "dark", predicted: "bright", probability: expect.any(Number), labelProbability: expect.any(Number) },
    ]);
    expect(report.metrics.top5Accuracy).toBeUndefined();
    expect(tf.memory().numTensors).toBe(held);
  });
});
