import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-layers"; // registers the gradients
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { engineStatistics, startEngine } from "./index";
import { onBoth } from "./testing";

// Numbers at the edges of their types through every kernel. Expected values are those of TensorFlow.js' own cpu backend.

beforeAll(async () => {
  await startEngine({ threads: 1, force: "onnxruntime:cpu" });
});

const specials = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, -0.5, 2.5, -2.5, 1e-30, -1e-30, 3e38, -3e38, 17, -17, -40, 90, -90];

let fallbacksBefore: Record<string, number> = {};
beforeEach(() => {
  fallbacksBefore = engineStatistics().fallbacks;
});

/** The same to float rounding, which is relative, or what `absolute` allows; NaN is NaN, an infinity that infinity. Zeros are equal. */
function expectAlike(engine: ArrayLike<number>, cpu: ArrayLike<number>, say: (at: number) => string, { relative = 2e-6, absolute = 1e-37 } = {}): void {
  expect(engine.length).toBe(cpu.length);
  for (let at = 0; at < cpu.length; at++) {
    const [actual, expected] = [engine[at]!, cpu[at]!];
    const close = Math.abs(actual - expected) <= relative * Math.abs(expected) + absolute;
    if (!Object.is(actual, expected) && !close) expect.fail(`${say(at)} is ${actual} instead of ${expected}`);
  }
}

function expectNative(): void {
  expect(engineStatistics().fallbacks).toEqual(fallbacksBefore);
}

const unary: Record<string, (x: tf.Tensor) => tf.Tensor> = {
  relu: tf.relu, relu6: tf.relu6, elu: tf.elu, selu: tf.selu, softplus: tf.softplus, sigmoid: tf.sigmoid,
  leakyRelu: (x) => tf.leakyRelu(x, 0.3), prelu: (x) => tf.prelu(x, tf.scalar(0.3)),
  exp: tf.exp, expm1: tf.expm1, log: tf.log, log1p: tf.log1p, sqrt: tf.sqrt, rsqrt: tf.rsqrt, square: tf.square, reciprocal: tf.reciprocal,
  neg: tf.neg, abs: tf.abs, sign: tf.sign, floor: tf.floor, ceil: tf.ceil, round: tf.round,
  sin: tf.sin, cos: tf.cos, tan: tf.tan, asin: tf.asin, acos: tf.acos, atan: tf.atan,
  sinh: tf.sinh, cosh: tf.cosh, tanh: tf.tanh, asinh: tf.asinh, acosh: tf.acosh, atanh: tf.atanh,
  isNaN: tf.isNaN, isInf: tf.isInf, isFinite: tf.isFinite,
  step: tf.step, "step, alpha": (x) => tf.step(x, -0.3), clip: (x) => tf.clipByValue(x, -2, 2), "clip, unbounded": (x) => tf.clipByValue(x, -Infinity, 1),
  "to int32": (x) => tf.cast(x, "int32"), "to bool": (x) => tf.cast(x, "bool"),
  pad: (x) => tf.pad(x, [[1, 1]], NaN), tile: (x) => tf.tile(x, [2]), where: (x) => tf.where(tf.isNaN(x), x, tf.neg(x)),
};

describe("of one number", () => {
  it.each(Object.entries(unary))("%s", (name, compute) => {
    const { engine, cpu } = onBoth(() => compute(tf.tensor1d(specials)).dataSync());
    expectAlike(engine, cpu, (at) => `${name}(${specials[at]})`);
    expectNative();
  });

  it("erf", () => {
    // The cpu backend's own formula is right to 1.5e-7 only (Abramowitz and Stegun, 7.1.26), and has no sign below that.
    const { engine, cpu } = onBoth(() => tf.erf(tf.tensor1d(specials)).dataSync());
    expectAlike(engine, cpu, (at) => `erf(${specials[at]})`, { absolute: 3e-7 });
    expectNative();
  });

  it("to int32, beyond its range", () => {
    const values = [2 ** 31, -(2 ** 31), 2 ** 31 + 256, -(2 ** 31) - 256, 2 ** 32 + 512, 3e9, -3e9, 1e15, -1e15, 2 ** 63, -(2 ** 63), 1e30, 2.9, -2.9];
    const { engine, cpu } = onBoth(() => tf.cast(tf.tensor1d(values), "int32").dataSync());
    expect(engine).toEqual(cpu);
    expectNative();
  });
});

const binary: Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor> = {
  add: tf.add, sub: tf.sub, mul: tf.mul, div: tf.div, floorDiv: tf.floorDiv, mod: tf.mod, pow: tf.pow,
  maximum: tf.maximum, minimum: tf.minimum, squaredDifference: tf.squaredDifference, prelu: tf.prelu,
  greater: tf.greater, greaterEqual: tf.greaterEqual, less: tf.less, lessEqual: tf.lessEqual, equal: tf.equal, notEqual: tf.notEqual,
};

describe("of two numbers", () => {
  it.each(Object.entries(binary))("%s", (name, compute) => {
    const { engine, cpu } = onBoth(() => compute(tf.tensor2d(specials, [specials.length, 1]), tf.tensor1d(specials)).dataSync());
    expectAlike(engine, cpu, (at) => `${name}(${specials[Math.floor(at / specials.length)]}, ${specials[at % specials.length]})`);
    expectNative();
  });

  it.each(["div", "floorDiv", "mod", "mul", "add", "maximum"] as const)("%s of integers", (name) => {
    const integers = [0, 1, -1, 7, -7, 2, -2, 2 ** 31 - 1, -(2 ** 31), 123_456_789];
    const compute = name === "mul" ? tf.mul : (tf[name] as typeof tf.add);
    // Products beyond 2⁵³ lose digits in JavaScript's numbers, and wrap here.
    const values = name === "mul" ? integers.slice(0, 7) : integers;
    const { engine, cpu } = onBoth(() => compute(tf.tensor2d(values, [values.length, 1], "int32"), tf.tensor2d(values, [1, values.length], "int32")).dataSync());
    expect(Array.from(engine)).toEqual(Array.from(cpu));
    expectNative();
  });

  it("bitwiseAnd", () => {
    const { engine, cpu } = onBoth(() => tf.bitwiseAnd(tf.tensor1d([6, -1, 2 ** 31 - 1], "int32"), tf.tensor1d([3, 5, -7], "int32")).dataSync());
    expect(engine).toEqual(cpu);
    expectNative();
  });
});

const rows: Record<string, (x: tf.Tensor2D) => tf.Tensor> = {
  sum: (x) => tf.sum(x, 1), mean: (x) => tf.mean(x, 1), prod: (x) => tf.prod(x, 1), max: (x) => tf.max(x, 1), min: (x) => tf.min(x, 1),
  "max, kept": (x) => tf.max(x, 0, true), argMax: (x) => tf.argMax(x, 1), argMin: (x) => tf.argMin(x, 1), "argMax, other axis": (x) => tf.argMax(x, 0),
  softmax: tf.softmax, logSoftmax: tf.logSoftmax, logSumExp: (x) => tf.logSumExp(x, 1),
  concat: (x) => tf.concat([x, x], 1), transpose: (x) => tf.transpose(x), slice: (x) => tf.slice(x, [1, 1], [3, 2]), gather: (x) => tf.gather(x, [2, 0]),
  matMul: (x) => tf.matMul(x, x, false, true),
};

describe("of rows of them", () => {
  const table = [
    [NaN, 1, 2], [1, NaN, 2], [1, 2, NaN], [NaN, NaN, NaN], [Infinity, 1, NaN], [NaN, -Infinity, Infinity], [Infinity, -Infinity, 0],
    [-Infinity, -Infinity, -Infinity], [Infinity, Infinity, 3], [-0, 0, -0], [0, -0, 0], [-1, -2, -3], [-Infinity, NaN, -Infinity],
  ];

  it.each(Object.entries(rows))("%s", (name, compute) => {
    const { engine, cpu } = onBoth(() => compute(tf.tensor2d(table)).dataSync());
    expectAlike(engine, cpu, (at) => `${name}, number ${at},`);
    expectNative();
  });
});

const maps: Record<string, (x: tf.Tensor4D) => tf.Tensor> = {
  conv2d: (x) => tf.conv2d(x, tf.ones([3, 3, 2, 3]), 1, "same"),
  depthwiseConv2d: (x) => tf.depthwiseConv2d(x, tf.ones([3, 3, 2, 1]), 1, "same"),
  avgPool: (x) => tf.avgPool(x, 2, 1, "same"),
  resizeBilinear: (x) => tf.image.resizeBilinear(x, [5, 15]),
  batchNorm: (x) => tf.batchNorm(x, [0, 1], [1, 2], [3, 4], [5, 6]),
  "mean of positions": (x) => tf.mean(x, [1, 2]),
};

describe("of maps with some of them", () => {
  // Which lowering serves a convolution depends on the map's size.
  it.each(Object.entries(maps).flatMap(([name, compute]) => [6, 12].map((side) => ({ name, compute, side }))))("$name, side $side", ({ name, compute, side }) => {
    const values = Float32Array.from({ length: 4 * side * side * 2 }, (_, at) => (at % 61 === 0 ? [NaN, Infinity, -Infinity][(at / 61) % 3]! : at % 7));
    const { engine, cpu } = onBoth(() => compute(tf.tensor4d(values, [4, side, side, 2])).dataSync());
    expectAlike(engine, cpu, (at) => `${name}, number ${at},`, { relative: 1e-5 });
    expectNative();
  });
});

const differentiable: Record<string, (x: tf.Tensor) => tf.Tensor> = {
  relu: tf.relu, relu6: tf.relu6, elu: tf.elu, selu: tf.selu, leakyRelu: (x) => tf.leakyRelu(x, 0.3), prelu: (x) => tf.prelu(x, tf.scalar(0.3)),
  sigmoid: tf.sigmoid, tanh: tf.tanh, softplus: tf.softplus, exp: tf.exp, log: tf.log, sqrt: tf.sqrt, square: tf.square, abs: tf.abs, reciprocal: tf.reciprocal,
  clip: (x) => tf.clipByValue(x, -2, 2), sin: tf.sin, cos: tf.cos, log1p: tf.log1p, expm1: tf.expm1,
};

describe("their slopes", () => {
  // One less than infinite: products of huge numbers differ where JavaScript's doubles hold them and float32 does not.
  const moderate = specials.filter((value) => !(Math.abs(value) > 1e30 && Number.isFinite(value)) && Math.abs(value) !== 1e-30);

  it.each(Object.entries(differentiable))("%s", (name, compute) => {
    const { engine, cpu } = onBoth(() => tf.grad(compute)(tf.tensor1d(moderate), tf.tensor1d(moderate.map((_, at) => at + 1))).dataSync());
    // From results near 1 in float32, slopes near 0.
    expectAlike(engine, cpu, (at) => `the slope of ${name} at ${moderate[at]}`, { relative: 1e-5, absolute: 2e-6 });
    expectNative();
  });
});
