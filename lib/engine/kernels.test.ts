import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { startEngine } from "./index";
import { onBoth } from "./testing";

// Expected values are those of TensorFlow.js' own cpu backend; what it refuses, the engine may refuse as well.

beforeAll(async () => {
  await startEngine({ threads: 1, force: "onnxruntime:cpu" });
});

type Operation = (x: tf.Tensor2D, y: tf.Tensor2D, condition: tf.Tensor2D) => tf.Tensor | tf.Tensor[];

const square = (x: tf.Tensor) => tf.reshape(tf.cast(x, "float32"), [1, 2, 3, 1]) as tf.Tensor4D;

const operations: Record<string, Operation> = {
  abs: tf.abs,
  neg: tf.neg,
  square: tf.square,
  relu: tf.relu,
  relu6: tf.relu6,
  elu: tf.elu,
  leakyRelu: (x) => tf.leakyRelu(x),
  prelu: (x) => tf.prelu(x, tf.fill([2, 3], 0.2)),
  exp: tf.exp,
  sign: tf.sign,
  round: tf.round,
  floor: tf.floor,
  ceil: tf.ceil,
  reciprocal: tf.reciprocal,
  isNaN: tf.isNaN,
  step: (x) => tf.step(x, 0.3),
  clipByValue: (x) => tf.clipByValue(x, -1, 1),
  add: tf.add,
  "add, mixed types": (x) => tf.add(x, tf.scalar(1.5)),
  addN: (x, y) => tf.addN([x, y, x]),
  sub: tf.sub,
  mul: tf.mul,
  div: tf.div,
  floorDiv: tf.floorDiv,
  mod: tf.mod,
  pow: tf.pow,
  maximum: tf.maximum,
  minimum: tf.minimum,
  squaredDifference: tf.squaredDifference,
  greater: tf.greater,
  greaterEqual: tf.greaterEqual,
  less: tf.less,
  lessEqual: tf.lessEqual,
  equal: tf.equal,
  notEqual: tf.notEqual,
  logicalAnd: tf.logicalAnd,
  logicalOr: tf.logicalOr,
  logicalNot: tf.logicalNot,
  sum: (x) => [tf.sum(x), tf.sum(x, 0), tf.sum(x, [1], true), tf.sum(x, [])],
  mean: (x) => [tf.mean(x), tf.mean(x, 1), tf.mean(x, [])],
  max: (x) => [tf.max(x), tf.max(x, 1)],
  min: (x) => [tf.min(x), tf.min(x, 0, true)],
  prod: (x) => tf.prod(x, 0),
  all: (x) => tf.all(tf.cast(x, "bool"), 1),
  argMax: (x) => [tf.argMax(x, 1), tf.argMin(x, 0)],
  where: (x, y, condition) => tf.where(condition, x, y),
  "where, rows": (x, y) => tf.where(tf.tensor1d([1, 0], "bool"), x, y),
  cast: (x) => [tf.cast(x, "float32"), tf.cast(x, "int32"), tf.cast(x, "bool")],
  pad: (x) => tf.pad(x, [[1, 0], [0, 2]], 1),
  slice: (x) => [tf.slice(x, [1, 1], [1, 2]), tf.slice(x, [1], [1])],
  stridedSlice: (x) => tf.stridedSlice(x, [0, 0], [2, 3], [1, 2]),
  reverse: (x) => tf.reverse(x, 1),
  transpose: (x) => tf.transpose(x),
  concat: (x, y) => tf.concat([x, y], 1),
  stack: (x, y) => tf.stack([x, y], -1),
  unstack: (x) => tf.unstack(x, 1),
  split: (x) => tf.split(x, [1, 2], 1),
  tile: (x) => tf.tile(x, [2, 2]),
  broadcastTo: (x) => tf.broadcastTo(tf.slice(x, [0, 0], [1, 3]), [4, 3]),
  expandDims: (x) => tf.squeeze(tf.expandDims(tf.expandDims(x, 1), -1), [1]),
  gather: (x) => tf.gather(x, tf.tensor1d([1, 0], "int32"), 1),
  likes: (x) => [tf.zerosLike(x), tf.onesLike(x)],
  matMul: (x, y) => tf.matMul(x, y, false, true),
  fusedMatMul: (x) => tf.fused.matMul({ a: tf.cast(x, "float32"), b: tf.ones([3, 2]), bias: tf.tensor1d([1, -2]), activation: "sigmoid" }),
  softmax: (x) => [tf.softmax(x), tf.logSoftmax(tf.cast(x, "float32"))],
  einsum: (x, y) => tf.einsum("ij,kj->ik", tf.cast(x, "float32"), tf.cast(y, "float32")),
  cumsum: (x) => tf.cumsum(x, 1),
  topk: (x) => tf.topk(x, 2).values,
  maxPool: (x) => tf.maxPool(square(x), 2, 1, "same"),
  avgPool: (x) => tf.avgPool(square(x), 2, 1, "same"),
  depthwiseConv2d: (x) => tf.depthwiseConv2d(square(x), tf.ones([2, 2, 1, 2]), 1, "same"),
  conv2dTranspose: (x) => tf.conv2dTranspose(square(x), tf.ones([3, 3, 2, 1]), [1, 4, 6, 2], 2, "same"),
  fusedConv2d: (x) => tf.fused.conv2d({ x: square(x), filter: tf.ones([2, 2, 1, 2]), strides: 1, pad: "same", bias: tf.tensor1d([1, -20]), activation: "relu" }),
};

const values = {
  float32: [[3, -2.5, 0, 1, -5, 2], [1, 2, 2.5, -1, -5, 3]],
  int32: [[3, -2, 0, 1, -5, 2], [1, 2, 2, -1, -5, 3]],
  bool: [[1, 0, 1, 0, 0, 1], [1, 1, 0, 0, 1, 1]],
} as const;

describe.each(["float32", "int32", "bool"] as const)("on %s", (dtype) => {
  it.each(Object.entries(operations))("%s", (_name, operation) => {
    const { engine, cpu } = onBoth(() => {
      const [x, y] = values[dtype].map((each) => tf.tensor2d([...each], [2, 3], dtype)) as [tf.Tensor2D, tf.Tensor2D];
      const condition = tf.tensor2d([1, 0, 0, 1, 1, 0], [2, 3], "bool");
      try {
        const results = [operation(x, y, condition)].flat();
        return results.map((result) => ({ dtype: result.dtype, shape: result.shape, values: Array.from(result.dataSync()) }));
      } catch (error) {
        return error as Error;
      }
    });
    if (cpu instanceof Error) return;
    if (engine instanceof Error) throw engine;
    expect(engine.map(({ dtype, shape }) => ({ dtype, shape }))).toEqual(cpu.map(({ dtype, shape }) => ({ dtype, shape })));
    cpu.forEach(({ values }, place) => values.forEach((value, at) => expect(engine[place]!.values[at]).toBeCloseTo(value, 4)));
  });
});

it("broadcasts single values of every rank", () => {
  const { engine, cpu } = onBoth(() =>
    [
      tf.add(tf.ones([1, 1]), tf.scalar(2)),
      tf.add(tf.tensor2d([[3]]), tf.tensor1d([1])),
      tf.add(tf.tensor2d([[3]]), tf.tensor1d([1, 2])),
      tf.mul(tf.tensor4d([2], [1, 1, 1, 1]), tf.ones([2, 1, 1, 3])),
      tf.add(tf.fill([2, 3], 4), tf.fill([3], 5)),
      tf.oneHot(tf.tensor1d([-1, 1, 7], "int32"), 3, 5, -1, "float32"),
    ].map((result) => ({ shape: result.shape, values: Array.from(result.dataSync()) })),
  );
  expect(engine).toEqual(cpu);
});
