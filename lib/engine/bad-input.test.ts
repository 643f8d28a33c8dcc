import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { EngineError, startEngine } from "./index";

// A square of a million a side takes 3,725 GiB as float32: no machine that runs this has it.
const side = 1_000_000;

beforeAll(async () => {
  await startEngine({ threads: 1, force: "onnxruntime:cpu" });
});

function refusalOf(run: () => unknown): Error {
  try {
    tf.tidy(() => void run());
  } catch (error) {
    return error as Error;
  }
  throw new Error("Nothing was refused.");
}

describe("a tensor larger than memory", () => {
  afterEach(() => {
    expect(Array.from(tf.tidy(() => tf.add(tf.tensor1d([1, 2]), 1).dataSync())), "the engine works on").toEqual([2, 3]);
  });

  it.each([
    { name: "matMul", run: () => tf.matMul(tf.zeros([side, 1]), tf.zeros([1, side])), says: /^MatMul's float32 \[1000000, 1000000\] \(3725\.3 GiB\) can never/ },
    { name: "an outer sum", run: () => tf.add(tf.zeros([side, 1]), tf.zeros([1, side])), says: /^Add's float32 \[1000000, 1000000\]/ },
    { name: "an operation on a value repeated", run: () => tf.exp(tf.fill([side, side], 2)), says: /^Exp's float32 \[1000000, 1000000\]/ },
    { name: "a sum of a value repeated", run: () => tf.sum(tf.fill([side, side], 2)), says: /^Expand's float32 \[1000000, 1000000\]/ },
    { name: "tile", run: () => tf.tile(tf.zeros([side]), [side]), says: /^Tile's float32 \[1000000000000\]/ },
    { name: "oneHot", run: () => tf.oneHot(tf.tensor1d([1, 2], "int32"), side * side), says: /^OneHot's int32 \[2, 1000000000000\]/ },
    { name: "pad", run: () => tf.pad(tf.zeros([2]), [[0, side * side]]), says: /^Pad's float32 \[1000000000002\]/ },
    { name: "range, which the cpu backend computes", run: () => tf.range(0, side * side), says: /^Range asks for more memory than there is/ },
  ])("is refused by $name with its size and what to do", ({ run, says }) => {
    const refusal = refusalOf(run);
    expect(refusal).toBeInstanceOf(EngineError);
    expect(refusal.message).toMatch(says);
    expect(refusal.message).toMatch(/Use smaller shapes, or compute it in parts\.$/);
  });

  it("is only promised until somebody reads it, and harms nothing beside it", () => {
    const bystander = tf.add(tf.tensor1d([1, 2, 3]), 1);
    const filled = tf.fill([side, side], 2);
    expect(Array.from(bystander.dataSync())).toEqual([2, 3, 4]);
    expect(() => filled.dataSync()).toThrow(/^Expand's float32 \[1000000, 1000000\] \(3725\.3 GiB\) can never be computed: there are [\d.]+ GiB of memory in all/);
    tf.dispose([bystander, filled]);
  });

  it("leaves no tensor behind", () => {
    const { numTensors, numDataBuffers } = tf.memory();
    refusalOf(() => tf.square(tf.matMul(tf.zeros([side, 1]), tf.zeros([1, side]))));
    expect(tf.memory()).toMatchObject({ numTensors, numDataBuffers });
  });

  it("is TensorFlow.js' own error where values do not fill the shape", () => {
    expect(() => tf.tensor([1, 2], [side, side])).toThrow(/should have 1000000000000 values but has 2/);
  });
});

describe("a disposed tensor", () => {
  it("is refused wherever it is used, computed or not, or another backend's", async () => {
    const recorded = tf.add(tf.tensor1d([1, 2]), 1);
    const computed = tf.add(tf.tensor1d([1, 2]), 2);
    computed.dataSync();
    tf.setBackend("cpu");
    const foreign = tf.add(tf.tensor1d([1, 2]), 2);
    tf.setBackend("onnxruntime");
    tf.dispose([recorded, computed, foreign]);
    for (const gone of [recorded, computed, foreign]) {
      expect(() => gone.dataSync()).toThrow("Tensor is disposed.");
      await expect(gone.data()).rejects.toThrow("Tensor is disposed.");
      expect(() => tf.add(gone, 1)).toThrow(/^Tensor is disposed. Use it before that/);
      expect(() => gone.dispose()).not.toThrow();
    }
  });
});
