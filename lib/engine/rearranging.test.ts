import fc from "fast-check";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-layers"; // registers the gradients
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { engineStatistics, startEngine } from "./index";
import { expectSameGradients, onBoth, sample } from "./testing";

// Kernels that move, pick and add up values. Expected values are those of TensorFlow.js' own cpu backend.

beforeAll(async () => {
  await startEngine({ threads: 1, force: "onnxruntime:cpu" });
});

const runs = { numRuns: 40, seed: 20261127 };
const extent = fc.integer({ min: 1, max: 6 });
const seed = fc.integer({ min: 1, max: 1e6 });
const shape = fc.array(extent, { minLength: 1, maxLength: 4 });

let fallbacksBefore: Record<string, number> = {};
beforeEach(() => {
  fallbacksBefore = engineStatistics().fallbacks;
});

function expectNative(): void {
  expect(engineStatistics().fallbacks).toEqual(fallbacksBefore);
}

/** Compares shapes, types and values. */
function expectSame(compute: () => tf.Tensor | tf.Tensor[]): void {
  const { engine, cpu } = onBoth(() => [compute()].flat().map((result) => ({ shape: result.shape, dtype: result.dtype, values: Array.from(result.dataSync()) })));
  expect(engine).toEqual(cpu);
}

describe("values in another order", () => {
  it("strides over axes, forwards and backwards", () => {
    const axis = fc.tuple(fc.integer({ min: 2, max: 7 }), fc.nat(6), fc.nat(6), fc.integer({ min: 1, max: 3 }), fc.boolean());
    fc.assert(
      fc.property(fc.array(axis, { minLength: 1, maxLength: 4 }), seed, (axes, start) => {
        const spans = axes.map(([side, from, to, step, back]) => {
          const [low, high] = [Math.min(from, to) % side, Math.max(from, to) % side].sort((a, b) => a - b) as [number, number];
          return back ? { side, begin: high, end: low - side - 1, step: -step } : { side, begin: low, end: high + 1, step };
        });
        const x = sample(spans.map(({ side }) => side), start);
        const list = (name: "begin" | "end" | "step") => spans.map((span) => span[name]);
        expectSame(() => tf.stridedSlice(tf.tensor(x.values, x.shape), list("begin"), list("end"), list("step")));
      }),
      runs,
    );
    expectNative();
  });

  it("reverses", () => {
    fc.assert(
      fc.property(shape, fc.array(fc.nat(3)), seed, (sides, picked, start) => {
        const axes = [...new Set(picked.map((axis) => axis % sides.length))];
        fc.pre(axes.length > 0);
        expectSameGradients((x) => tf.reverse(x, axes), [sample(sides, start)]);
      }),
      runs,
    );
    expectNative();
  });

  it("mirrors at the border, with the border itself or without", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 2, max: 5 }), fc.nat(4), fc.nat(4)), { minLength: 1, maxLength: 4 }), fc.constantFrom("reflect" as const, "symmetric" as const), seed, (axes, mode, start) => {
        const most = (side: number) => (mode === "reflect" ? side - 1 : side);
        const paddings = axes.map(([side, before, after]) => [Math.min(before, most(side)), Math.min(after, most(side))] as [number, number]);
        const x = sample(axes.map(([side]) => side), start);
        expectSameGradients((tensor) => tf.mirrorPad(tensor, paddings, mode), [x]);
      }),
      runs,
    );
    expectNative();
  });

  it("moves space to the batch and back, and depth to space", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), extent, extent, fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })), seed, (batch, height, width, block, start) => {
        const fill = (side: number, of: number) => [1, (of - ((side + 1) % of)) % of] as [number, number];
        const paddings = [fill(height, block[0]), fill(width, block[1])];
        expectSameGradients((x) => tf.spaceToBatchND(x as tf.Tensor4D, block, paddings), [sample([batch, height, width, 2], start)]);
        const crops = block.map((count) => (count > 1 ? [1, 0] : [0, 0]));
        expectSameGradients((x) => tf.batchToSpaceND(x as tf.Tensor4D, block, crops), [sample([batch * block[0] * block[1], height, width, 2], start)]);
        expectSame(() => tf.depthToSpace(tf.tensor4d(sample([batch, height, width, 8], start).values, [batch, height, width, 8]), 2));
      }),
      runs,
    );
    expectNative();
  });
});

describe("values at places that are data", () => {
  it("are gathered, and their slopes added up where they meet", () => {
    fc.assert(
      fc.property(fc.array(extent, { minLength: 1, maxLength: 3 }), fc.nat(2), fc.array(fc.nat(100), { minLength: 1, maxLength: 8 }), seed, (sides, along, wanted, start) => {
        const axis = along % sides.length;
        expectSameGradients((x) => tf.gather(x, tf.tensor1d(wanted.map((place) => place % sides[axis]!), "int32"), axis), [sample(sides, start)]);
      }),
      runs,
    );
    expectNative();
  });

  it("are added up by segment, those of none left out", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -2, max: 7 }), { minLength: 1, maxLength: 9 }), extent, seed, (ids, width, start) => {
        const rows = sample([ids.length, width], start);
        // The gradient gathers the segments, and so refuses too large ones.
        if (ids.every((id) => id < 5)) expectSameGradients((x) => tf.unsortedSegmentSum(x, tf.tensor1d(ids, "int32"), 5), [rows]);
        const { values } = rows;
        const { engine, cpu } = onBoth(() => tf.unsortedSegmentSum(tf.tensor2d(values, [ids.length, width]), tf.tensor1d(ids, "int32"), 5).dataSync());
        cpu.forEach((value, at) => expect(engine[at]).toBeCloseTo(value, 5));
      }),
      runs,
    );
    expectNative();
  });

  it("let NaN into its own segment only", () => {
    // The cpu backend multiplies by masks, and so lets it into all.
    tf.setBackend("onnxruntime");
    expect(Array.from(tf.unsortedSegmentSum(tf.tensor1d([1, NaN, 2]), tf.tensor1d([0, 1, 0], "int32"), 2).dataSync())).toEqual([3, NaN]);
  });

  it("are read and written at points, rows and planes", () => {
    for (const dtype of ["float32", "int32"] as const) {
      const table = () => tf.tensor3d([...Array(24).keys()], [2, 3, 4], dtype);
      for (const indices of [[[1, 2, 3], [0, 0, 0]], [[1, 0], [1, 0], [0, 2]], [[1], [0], [1]]]) {
        expectSame(() => tf.gatherND(table(), tf.tensor2d(indices, undefined, "int32")));
        const rest = [2, 3, 4].slice(indices[0]!.length);
        const updates = sample([indices.length, ...rest], 7).values.map((value) => Math.round(value * 8));
        expectSame(() => tf.scatterND(tf.tensor2d(indices, undefined, "int32"), tf.tensor(updates, [indices.length, ...rest], dtype), [2, 3, 4]));
      }
    }
    expectNative();
  });

  it("must exist", () => {
    tf.setBackend("onnxruntime");
    const table = tf.ones([2, 3]);
    expect(() => tf.gatherND(table, tf.tensor2d([[2, 0]], [1, 2], "int32"))).toThrow("Invalid indices: 2,0 does not index into 2,3");
    const computed = tf.sub(tf.tensor2d([[0, 0], [1, 1]], [2, 2], "int32"), tf.scalar(1, "int32"));
    expect(() => tf.gatherND(table, computed).dataSync()).toThrow(/could not be computed/);
    expect(() => tf.scatterND(computed, tf.ones([2]), [2, 3]).dataSync()).toThrow(/could not be computed/);
  });
});

describe("values added up and compared", () => {
  it("cumulates along any axis", () => {
    fc.assert(
      fc.property(shape, fc.nat(3), fc.boolean(), fc.boolean(), seed, (sides, along, exclusive, reverse, start) => {
        const axis = along % sides.length;
        const { values } = sample(sides, start);
        const { engine, cpu } = onBoth(() => tf.cumsum(tf.tensor(values, sides), axis, exclusive, reverse).dataSync());
        cpu.forEach((value, at) => expect(engine[at]).toBeCloseTo(value, 5));
        // TensorFlow.js' own gradient turns other axes than the last around.
        if (axis === sides.length - 1) expectSameGradients((x) => tf.cumsum(x, axis, exclusive, reverse), [sample(sides, start)]);
      }),
      runs,
    );
    expectNative();
  });

  it("finds the largest, of equal ones the first", () => {
    for (const dtype of ["float32", "int32"] as const) {
      expectSame(() => {
        const { values, indices } = tf.topk(tf.tensor2d([3, 1, 3, 2, -1, 0, 0, -1], [2, 4], dtype), 3);
        return [values, indices];
      });
    }
    expectNative();
  });

  it("tells whether all are true, or any", () => {
    const table = () => tf.tensor3d([1, 1, 0, 0, 1, 0, 1, 1, 0, 0, 0, 0], [2, 3, 2], "bool");
    for (const axes of [undefined, 0, 1, [0, 2], -1]) expectSame(() => [tf.all(table(), axes), tf.any(table(), axes, true)]);
    expectNative();
  });

  it.each(["ij,jk->ik", "ij,ij->", "bij,bjk->bik", "ij->ji", "i,j->ij", "bhqd,bhkd->bhqk", "ii->i"])("sums products %s", (equation) => {
    const extents: Record<string, number> = { b: 2, h: 2, i: 3, j: 3, k: 4, q: 3, d: 5 };
    const operands = equation.split("->")[0]!.split(",").map((letters, place) => sample([...letters].map((letter) => extents[letter]!), place + 3));
    const results = onBoth(() => {
      try {
        const result = tf.einsum(equation, ...operands.map(({ values, shape }) => tf.tensor(values, shape)));
        return { shape: result.shape, values: result.dataSync() };
      } catch (error) {
        return String(error);
      }
    });
    if (typeof results.cpu === "string" || typeof results.engine === "string") return void expect(results.engine).toBe(results.cpu);
    expect(results.engine.shape).toEqual(results.cpu.shape);
    const { values } = results.engine;
    results.cpu.values.forEach((value, at) => expect(values[at]).toBeCloseTo(value, 5));
    expectNative();
  });
});

describe("layers with their activation", () => {
  it.each(["linear", "relu", "relu6", "elu", "sigmoid", "leakyrelu", "prelu"] as const)("%s", (activation) => {
    const slopes = () => (activation === "prelu" ? tf.tensor1d([0.1, 0.2, 0.3, 0.4]) : undefined);
    const leakyreluAlpha = activation === "leakyrelu" ? 0.3 : undefined;
    const [a, b, x, filter, deep, bias] = [[3, 5], [5, 4], [2, 6, 6, 3], [3, 3, 3, 4], [3, 3, 4, 1], [4]].map((sides, place) => sample(sides, place + 1));
    const tensor = <R extends tf.Rank>({ values, shape }: typeof a & object) => tf.tensor<R>(values, shape as tf.ShapeMap[R]);
    const { engine, cpu } = onBoth(() => {
      const common = { bias: tensor(bias!), activation, leakyreluAlpha, preluActivationWeights: slopes() };
      const product = tf.fused.matMul({ a: tensor(a!), b: tensor(b!), ...common });
      const batched = tf.fused.matMul({ a: tf.stack([tensor(a!), tensor(a!)]) as tf.Tensor3D, b: tf.stack([tensor(b!), tensor(b!)]) as tf.Tensor3D, ...common });
      const map = tf.fused.conv2d({ x: tensor<tf.Rank.R4>(x!), filter: tensor<tf.Rank.R4>(filter!), strides: 1, pad: "same", ...common });
      const separate = tf.fused.depthwiseConv2d({ x: map, filter: tensor<tf.Rank.R4>(deep!), strides: 1, pad: "same", ...common });
      return [product, batched, map, separate].map((result) => Array.from(result.dataSync()));
    });
    cpu.forEach((values, place) => values.forEach((value, at) => expect(engine[place]![at]).toBeCloseTo(value, 4)));
    expectNative();
  });
});
