import fc from "fast-check";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-layers"; // registers the gradients
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { engineStatistics, startEngine } from "./index";
import { expectSameGradients, onBoth, relativeDistance, sample, tensorOf } from "./testing";

// Expected values are those of TensorFlow.js' own cpu backend on the same inputs.

beforeAll(async () => {
  await startEngine({ threads: 1, force: "onnxruntime:cpu" });
});

const side = fc.integer({ min: 1, max: 11 });
const channels = fc.integer({ min: 1, max: 4 });
const seed = fc.integer({ min: 1, max: 1e6 });
const runs = { numRuns: 40, seed: 20261124 };

let fallbacksBefore: Record<string, number> = {};
beforeEach(() => {
  fallbacksBefore = engineStatistics().fallbacks;
});

function expectNative(): void {
  expect(engineStatistics().fallbacks).toEqual(fallbacksBefore);
}

describe("convolution", () => {
  const pad = fc.oneof(
    fc.constantFrom<("same" | "valid")[]>("same", "valid"),
    fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 0, max: 2 }))).map(([t, b, l, r]) => ({ t: t!, b: b!, l: l!, r: r! })),
  );
  const filterSide = fc.integer({ min: 1, max: 3 });
  const stride = fc.integer({ min: 1, max: 2 });

  it("has the cpu backend's value and gradients on any shape, stride and pad", () => {
    const cases = fc.tuple(fc.integer({ min: 1, max: 5 }), side, side, channels, channels, filterSide, filterSide, stride, stride, pad, seed);
    fc.assert(
      fc.property(cases, ([batch, height, width, from, to, filterHeight, filterWidth, strideHeight, strideWidth, padding, start]) => {
        const explicit = typeof padding === "object";
        fc.pre(padding === "same" || (filterHeight <= height && filterWidth <= width));
        const pads = explicit ? ([[0, 0], [padding.t, padding.b], [padding.l, padding.r], [0, 0]] as [Pair, Pair, Pair, Pair]) : padding;
        expectSameGradients(
          (x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, [strideHeight, strideWidth], pads),
          [sample([batch, height, width, from], start), sample([filterHeight, filterWidth, from, to], start + 1)],
        );
      }),
      runs,
    );
    expectNative();
  });

  it("takes zeros padded around the map as its own padding", () => {
    for (const stride of [1, 2]) {
      expectSameGradients(
        (x, filter) => tf.conv2d(tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]) as tf.Tensor4D, filter as tf.Tensor4D, stride, "valid"),
        [sample([2, 12, 10, 3], 5), sample([3, 3, 3, 4], 6)],
      );
    }
    expectNative();
  });

  // Which lowering serves a shape depends on its size: these reach each of them.
  it.each([
    { name: "large map, stride 1", size: 18, filter: 3, stride: 1, pad: "same" as const, batch: 2 },
    { name: "large map, stride 2", size: 18, filter: 3, stride: 2, pad: "valid" as const, batch: 2 },
    { name: "large map, 1×1", size: 12, filter: 1, stride: 2, pad: "valid" as const, batch: 2 },
    { name: "stem, 7×7", size: 24, filter: 7, stride: 2, pad: 3, batch: 2 },
    { name: "small map, stride 2", size: 8, filter: 3, stride: 2, pad: 1, batch: 4 },
    { name: "small map, side 8", size: 8, filter: 3, stride: 1, pad: 1, batch: 4 },
    { name: "single cell", size: 1, filter: 3, stride: 1, pad: 1, batch: 6 },
    { name: "map in blocks of channels", size: 16, filter: 3, stride: 1, pad: 1, batch: 8, from: 16, to: 32 },
    { name: "map in blocks of channels, stride 2", size: 32, filter: 5, stride: 2, pad: 2, batch: 8, from: 32, to: 16 },
  ])("is right on a $name", ({ size, filter, stride, pad: cells, batch, from = 5, to = 6 }: WindowCase) => {
    expectSameGradients(
      (x, weights) => tf.conv2d(x as tf.Tensor4D, weights as tf.Tensor4D, stride, cells, "NHWC", 1, typeof cells === "number" ? "floor" : undefined),
      [sample([batch, size, size, from], 7), sample([filter, filter, from, to], 8)],
    );
    expectNative();
  });

  it("dilates", () => {
    const [x, filter] = [sample([2, 9, 9, 2], 3), sample([3, 3, 2, 3], 4)];
    const { engine, cpu } = onBoth(() =>
      tf.conv2d(tensorOf<tf.Rank.R4>(x), tensorOf<tf.Rank.R4>(filter), 1, "same", "NHWC", 2).dataSync(),
    );
    expect(relativeDistance(engine, cpu)).toBeLessThan(1e-5);
    expectNative();
  });
});

describe("pooling", () => {
  it("takes the maximum, and sends the slope where it came from, overlapping or not", () => {
    const cases = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 3, max: 11 }), fc.integer({ min: 3, max: 11 }), channels, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.constantFrom<("same" | "valid")[]>("same", "valid"), seed);
    fc.assert(
      fc.property(cases, ([batch, height, width, depth, window, stride, pad, start]) => {
        expectSameGradients((x) => tf.maxPool(x as tf.Tensor4D, window, stride, pad), [sample([batch, height, width, depth], start)]);
      }),
      runs,
    );
    expectNative();
  });

  it("works behind a pad, like the stem's", () => {
    expectSameGradients(
      (x) => tf.maxPool(tf.pad(tf.relu(x), [[0, 0], [1, 1], [1, 1], [0, 0]]) as tf.Tensor4D, 3, 2, "valid"),
      [sample([2, 9, 9, 3], 4)],
    );
    expectNative();
  });

  it("averages globally", () => {
    expectSameGradients((x) => tf.mean(x, [1, 2]), [sample([3, 4, 5, 6], 4)]);
    expectNative();
  });
});

describe("batch normalisation", () => {
  const normalise = (moments: (x: tf.Tensor) => { mean: tf.Tensor; variance: tf.Tensor }) => (x: tf.Tensor, offset: tf.Tensor, scale: tf.Tensor) => {
    const { mean, variance } = moments(x);
    return tf.batchNorm(x, mean as tf.Tensor1D, variance as tf.Tensor1D, offset as tf.Tensor1D, scale as tf.Tensor1D, 1e-5);
  };

  it.each([{ shape: [4, 5, 6, 3] }, { shape: [8, 7] }])("differentiates through the batch's own moments, shape $shape", ({ shape }) => {
    const axes = shape.map((_, axis) => axis).slice(0, -1);
    const inputs = [sample(shape, 1), sample([shape.at(-1)!], 2), sample([shape.at(-1)!], 3)];
    expectSameGradients(normalise((x) => tf.moments(x, axes)), inputs, 1e-4);
    expectNative();
  });

  it("behind a convolution, where maps lie otherwise in memory", () => {
    expectSameGradients(
      (x, filter, offset, scale) => normalise((map) => tf.moments(map, [0, 1, 2]))(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, "same"), offset!, scale!),
      [sample([3, 9, 9, 2], 1), sample([3, 3, 2, 4], 2), sample([4], 3), sample([4], 4)],
      1e-4,
    );
    expectNative();
  });

  it("takes given moments as what they are: variables of their own", () => {
    expectSameGradients(
      (x, mean, deviation, offset, scale) =>
        tf.batchNorm(x!, mean as tf.Tensor1D, tf.add(tf.square(deviation!), 0.1) as tf.Tensor1D, offset as tf.Tensor1D, scale as tf.Tensor1D, 1e-3),
      [sample([2, 3, 4, 5], 1), sample([5], 2), sample([5], 3), sample([5], 4), sample([5], 5)],
      1e-4,
    );
    expectNative();
  });

  it("does not differentiate through moments whose gradient the program stops", () => {
    const stop = tf.customGrad((x) => ({ value: tf.clone(x as tf.Tensor), gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy) }));
    expectSameGradients(normalise((x) => tf.moments(stop(x), [0, 1, 2])), [sample([2, 3, 4, 5], 1), sample([5], 2), sample([5], 3)], 1e-4);
    expectNative();
  });
});

describe("everything else in a training step", () => {
  it.each<{ name: string; compute: (...inputs: tf.Tensor[]) => tf.Tensor; shapes: number[][] }>([
    { name: "relu", compute: (x) => tf.relu(x), shapes: [[3, 4, 5, 2]] },
    { name: "relu of a sum", compute: (a, b) => tf.relu(tf.add(a, b)), shapes: [[3, 4, 5, 2], [3, 4, 5, 2]] },
    { name: "matMul", compute: (a, b) => tf.matMul(a, b), shapes: [[4, 5], [5, 3]] },
    { name: "matMul, both transposed", compute: (a, b) => tf.matMul(a, b, true, true), shapes: [[5, 4], [3, 5]] },
    { name: "batched matMul", compute: (a, b) => tf.matMul(a, b, false, true), shapes: [[2, 4, 5], [2, 3, 5]] },
    { name: "add, broadcasting", compute: (a, b) => tf.add(a, b), shapes: [[4, 1, 3], [5, 1]] },
    { name: "mul, broadcasting", compute: (a, b) => tf.mul(a, b), shapes: [[2, 3, 4, 5], [5]] },
    { name: "sub, broadcasting", compute: (a, b) => tf.sub(a, b), shapes: [[1, 1], [7]] },
    { name: "div", compute: (a, b) => tf.div(a, tf.add(tf.square(b), 1)), shapes: [[4, 3], [3]] },
    { name: "mean over a middle axis", compute: (x) => tf.mean(x, 1), shapes: [[3, 4, 5]] },
    { name: "sum keeping axes", compute: (x) => tf.mul(tf.sum(x, [0, 2], true), x), shapes: [[3, 4, 5]] },
    { name: "max", compute: (x) => tf.max(x, 1), shapes: [[4, 6]] },
    { name: "softmax", compute: (x) => tf.softmax(x), shapes: [[4, 6]] },
    { name: "logSumExp", compute: (x) => tf.logSumExp(x, 1), shapes: [[4, 6]] },
    { name: "exp, log, sqrt, tanh, sigmoid", compute: (x) => tf.tanh(tf.sigmoid(tf.log(tf.sqrt(tf.add(tf.exp(x), 1))))), shapes: [[4, 6]] },
    { name: "pow", compute: (x) => tf.pow(tf.add(tf.square(x), 0.5), 1.5), shapes: [[4, 6]] },
    { name: "abs, neg, square", compute: (x) => tf.neg(tf.abs(tf.square(x))), shapes: [[4, 6]] },
    { name: "reshape and transpose", compute: (x) => tf.transpose(tf.reshape(x, [6, 4]), [1, 0]), shapes: [[4, 6]] },
    { name: "concat", compute: (a, b) => tf.concat([a, b], 3), shapes: [[2, 3, 3, 2], [2, 3, 3, 4]] },
    { name: "slice", compute: (x) => tf.slice(x, [1, 0], [2, 3]), shapes: [[4, 6]] },
    { name: "pad", compute: (x) => tf.pad(x, [[1, 2], [0, 1]], 0.5), shapes: [[4, 6]] },
    { name: "stack and unstack", compute: (a, b) => tf.stack(tf.unstack(tf.stack([a, b], 1), 2), 0), shapes: [[2, 3], [2, 3]] },
    { name: "tile", compute: (x) => tf.tile(x, [2, 3]), shapes: [[3, 2]] },
    { name: "where", compute: (a, b) => tf.where(tf.tensor2d([[1, 0], [0, 1], [1, 1]], [3, 2], "bool"), a, b), shapes: [[3, 2], [3, 2]] },
    { name: "clipByValue", compute: (x) => tf.clipByValue(x, -0.5, 0.5), shapes: [[5, 5]] },
  ])("$name", ({ compute, shapes }) => {
    expectSameGradients(compute, shapes.map((shape, place) => sample(shape, place + 11)));
    expectNative();
  });

  it("softmax cross-entropy, with label smoothing and without", () => {
    const labels = new Float32Array([1, 0, 0, 0, 0, 1, 0, 1, 0]);
    for (const smoothing of [0, 0.1]) {
      expectSameGradients((logits) => tf.losses.softmaxCrossEntropy<tf.Tensor, tf.Tensor>(tf.tensor2d(labels, [3, 3]), logits!, undefined, smoothing), [sample([3, 3], 21)]);
    }
    expectNative();
  });

  it("a second derivative through BatchNorm", () => {
    const inner = (x: tf.Tensor) => {
      const { mean, variance } = tf.moments(x, [0]);
      return tf.sum(tf.pow(tf.batchNorm2d(x as tf.Tensor2D, mean as tf.Tensor1D, variance as tf.Tensor1D, [0, 0, 0], [1, 1, 1], 0.1), 3));
    };
    expectSameGradients((x) => tf.grad(inner)(x!), [sample([6, 3], 31)], 1e-4);
  });
});

type Pair = [number, number];
type WindowCase = { size: number; filter: number; stride: number; pad: number | "same" | "valid"; batch: number; from?: number; to?: number };
