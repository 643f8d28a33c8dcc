import fc from "fast-check";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-layers"; // registers the gradients
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { engineStatistics, startEngine } from "./index";
import { expectSameGradients, onBoth, relativeDistance, sample, tensorOf } from "./testing";

// Expected values are those of TensorFlow.js' own cpu backend.

beforeAll(async () => {
  await startEngine({ threads: 1, force: "onnxruntime:cpu" });
});

const runs = { numRuns: 50, seed: 20261127 };
const batch = fc.integer({ min: 1, max: 2 });
const side = fc.integer({ min: 1, max: 9 });
const seed = fc.integer({ min: 1, max: 1e6 });
const ways = fc.constantFrom({ alignCorners: false, half: false }, { alignCorners: true, half: false }, { alignCorners: false, half: true });

let fallbacksBefore: Record<string, number> = {};
beforeEach(() => {
  fallbacksBefore = engineStatistics().fallbacks;
});

function expectNative(): void {
  expect(engineStatistics().fallbacks).toEqual(fallbacksBefore);
}

describe.each([
  ["nearest neighbours", tf.image.resizeNearestNeighbor],
  ["interpolation", tf.image.resizeBilinear],
] as const)("pictures of another size by %s", (_name, resize) => {
  it("have the cpu backend's values", () => {
    fc.assert(
      fc.property(batch, side, side, side, side, ways, seed, (pictures, height, width, toHeight, toWidth, { alignCorners, half }, start) => {
        const { engine, cpu } = onBoth(() => resize(tensorOf<tf.Rank.R4>(sample([pictures, height, width, 2], start)), [toHeight, toWidth], alignCorners, half).dataSync());
        expect(relativeDistance(engine, cpu)).toBeLessThan(1e-6);
      }),
      runs,
    );
    expectNative();
  });

  // Only where it has one: it mistakes pictures after the first for others and height for width, and never ends with
  // the corners of a single cell aligned.
  it("have the cpu backend's gradient of one square picture", () => {
    fc.assert(
      fc.property(side, side, side, ways, seed, (length, toHeight, toWidth, { alignCorners, half }, start) => {
        fc.pre(!alignCorners || length > 1);
        expectSameGradients((x) => resize(x as tf.Tensor4D, [toHeight, toWidth], alignCorners, half), [sample([1, length, length, 2], start)]);
      }),
      runs,
    );
    expectNative();
  });

  it("have a gradient that is the values' adjoint: ⟨dy, f(x)⟩ = ⟨f'(dy), x⟩", () => {
    tf.setBackend("onnxruntime");
    fc.assert(
      fc.property(batch, side, side, side, side, fc.boolean(), seed, (pictures, height, width, toHeight, toWidth, alignCorners, start) => {
        const x = tensorOf<tf.Rank.R4>(sample([pictures, height, width, 2], start));
        const dy = tensorOf<tf.Rank.R4>(sample([pictures, toHeight, toWidth, 2], start + 1));
        const apply = (pictures: tf.Tensor) => resize(pictures as tf.Tensor4D, [toHeight, toWidth], alignCorners);
        const [there, back] = [tf.sum(tf.mul(dy, apply(x))), tf.sum(tf.mul(tf.grad(apply)(x, dy), x))].map((sum) => sum.dataSync()[0]!);
        expect(back).toBeCloseTo(there!, 4);
      }),
      runs,
    );
    expectNative();
  });
});
