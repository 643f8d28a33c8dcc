import fc from "fast-check";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-layers"; // registers the gradients
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { engineStatistics, startEngine } from "./index";
import { expectSameGradients, onBoth, relativeDistance, sample, tensorOf } from "./testing";

// Depthwise convolutions, volumes and averages. Expected values are those of TensorFlow.js' own cpu backend.

beforeAll(async () => {
  await startEngine({ threads: 1, force: "onnxruntime:cpu" });
});

const runs = { numRuns: 40, seed: 20261127 };
const extent = fc.integer({ min: 1, max: 9 });
const channels = fc.integer({ min: 1, max: 3 });
const filterSide = fc.integer({ min: 1, max: 3 });
const stride = fc.integer({ min: 1, max: 3 });
const seed = fc.integer({ min: 1, max: 1e6 });
const pad = fc.constantFrom<("same" | "valid")[]>("same", "valid");
const cells = fc.integer({ min: 0, max: 2 });
const explicit = fc.tuple(cells, cells, cells, cells).map(([t, b, l, r]) => [[0, 0], [t, b], [l, r], [0, 0]] as ExplicitPadding);
type ExplicitPadding = [Pair, Pair, Pair, Pair];
type Pair = [number, number];

let fallbacksBefore: Record<string, number> = {};
beforeEach(() => {
  fallbacksBefore = engineStatistics().fallbacks;
});

function expectNative(): void {
  expect(engineStatistics().fallbacks).toEqual(fallbacksBefore);
}

describe("depthwise convolution", () => {
  it("has the cpu backend's value and gradients on any shape, stride, pad and number of outputs", () => {
    const cases = fc.tuple(fc.integer({ min: 1, max: 3 }), extent, extent, channels, channels, filterSide, filterSide, stride, stride, fc.oneof(pad, explicit), seed);
    fc.assert(
      fc.property(cases, ([batch, height, width, from, each, filterHeight, filterWidth, strideHeight, strideWidth, padding, start]) => {
        fc.pre(padding === "same" || (filterHeight <= height && filterWidth <= width));
        expectSameGradients(
          (x, filter) => tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, [strideHeight, strideWidth], padding),
          [sample([batch, height, width, from], start), sample([filterHeight, filterWidth, from, each], start + 1)],
        );
      }),
      runs,
    );
    expectNative();
  });

  it("dilates", () => {
    const [x, filter] = [sample([2, 9, 9, 2], 3), sample([3, 3, 2, 2], 4)];
    const { engine, cpu } = onBoth(() => tf.depthwiseConv2d(tensorOf<tf.Rank.R4>(x), tensorOf<tf.Rank.R4>(filter), 1, "same", "NHWC", 2).dataSync());
    expect(relativeDistance(engine, cpu)).toBeLessThan(1e-5);
    expectNative();
  });

  it("separates, behind and before other convolutions", () => {
    expectSameGradients(
      (x, deep, flat) => tf.relu6(tf.separableConv2d(tf.relu(x) as tf.Tensor4D, deep as tf.Tensor4D, flat as tf.Tensor4D, 2, "same")),
      [sample([2, 8, 8, 3], 1), sample([3, 3, 3, 2], 2), sample([1, 1, 6, 5], 3)],
    );
    expectNative();
  });
});

describe("volumes", () => {
  const side = fc.integer({ min: 1, max: 5 });
  const shapes = fc.tuple(fc.integer({ min: 1, max: 2 }), side, side, side, channels, channels, filterSide, filterSide, filterSide, fc.integer({ min: 1, max: 2 }), pad, seed);

  it("are convolved with the cpu backend's value and gradients", () => {
    fc.assert(
      fc.property(shapes, ([batch, depth, height, width, from, to, filterDepth, filterHeight, filterWidth, step, padding, start]) => {
        fc.pre(padding === "same" || (filterDepth <= depth && filterHeight <= height && filterWidth <= width));
        expectSameGradients(
          (x, filter) => tf.conv3d(x as tf.Tensor5D, filter as tf.Tensor5D, step, padding),
          [sample([batch, depth, height, width, from], start), sample([filterDepth, filterHeight, filterWidth, from, to], start + 1)],
        );
      }),
      runs,
    );
    expectNative();
  });

  it("are averaged with the cpu backend's value and gradients", () => {
    fc.assert(
      fc.property(shapes, ([batch, depth, height, width, from, , filterDepth, filterHeight, filterWidth, step, padding, start]) => {
        fc.pre(padding === "same" || (filterDepth <= depth && filterHeight <= height && filterWidth <= width));
        expectSameGradients(
          (x) => tf.avgPool3d(x as tf.Tensor5D, [filterDepth, filterHeight, filterWidth], step, padding),
          [sample([batch, depth, height, width, from], start)],
        );
      }),
      runs,
    );
    expectNative();
  });

  it("keep their largest, and send the slope where it came from", () => {
    fc.assert(
      // Cubes: the cpu backend mistakes the place in windows of other sides.
      fc.property(shapes, ([batch, depth, height, width, from, , window, , , step, padding, start]) => {
        fc.pre(padding === "same" || (window <= depth && window <= height && window <= width));
        expectSameGradients((x) => tf.maxPool3d(x as tf.Tensor5D, window, step, padding), [sample([batch, depth, height, width, from], start)]);
      }),
      runs,
    );
    expectNative();
  });

  it("send it to the last of equal cells", () => {
    for (const padding of ["same", "valid"] as const) {
      expectSameGradients((x) => tf.maxPool3d(tf.relu(x) as tf.Tensor5D, 3, 2, padding), [sample([1, 5, 6, 4, 2], 9)]);
      expectSameGradients((x) => tf.maxPool3d(tf.mul(x, 0) as tf.Tensor5D, 2, 2, padding), [sample([1, 5, 6, 4, 2], 9)]);
    }
    expectNative();
  });
});

describe("average pooling", () => {
  it("has the cpu backend's value and gradients, windows overlapping or not", () => {
    const cases = fc.tuple(fc.integer({ min: 1, max: 3 }), extent, extent, channels, filterSide, filterSide, stride, pad, seed);
    fc.assert(
      fc.property(cases, ([batch, height, width, depth, windowHeight, windowWidth, step, padding, start]) => {
        fc.pre(padding === "same" || (windowHeight <= height && windowWidth <= width));
        expectSameGradients((x) => tf.avgPool(x as tf.Tensor4D, [windowHeight, windowWidth], step, padding), [sample([batch, height, width, depth], start)]);
      }),
      runs,
    );
    expectNative();
  });

  it("spreads the slope where windows lie side by side", () => {
    expectSameGradients((x) => tf.avgPool(x as tf.Tensor4D, 2, 2, "valid"), [sample([2, 6, 8, 3], 5)]);
    expectNative();
  });
});
