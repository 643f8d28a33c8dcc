import * as tf from "@tensorflow/tfjs-core";
import * as ort from "onnxruntime-node";
import { beforeAll, describe, expect, it } from "vitest";
import { EngineError, startEngine } from "./index";
import { OnnxGraph } from "./onnx-graph";

beforeAll(async () => {
  await startEngine({ threads: 1, force: "onnxruntime:cpu" });
});

/** out = in + in, of three numbers. */
function doubling(): Uint8Array {
  const graph = new OnnxGraph();
  const input = graph.input("in", "float32", [3]);
  graph.output(graph.add("Add", [input, input]), "out", "float32", [3]);
  return graph.encode();
}

async function doubledByTheOwner(): Promise<number[]> {
  const session = await ort.InferenceSession.create(doubling());
  const { out } = await session.run({ in: new ort.Tensor("float32", Float32Array.of(1, 2, 3), [3]) });
  await session.release();
  return Array.from(out!.data as Float32Array);
}

describe("onnxruntime-node's own interface", () => {
  it("makes its tensors as ever after the engine ran, and after one of its graphs failed", async () => {
    expect(tf.tidy(() => tf.add(tf.tensor1d([1, 2]), 1).dataSync()[1])).toBe(3);
    expect(await doubledByTheOwner()).toEqual([2, 4, 6]);
    const index = tf.add(tf.tensor1d([9, 0], "int32"), tf.scalar(1, "int32"));
    expect(() => tf.gather(tf.tensor1d([1, 2, 3]), index).dataSync()).toThrow(EngineError);
    expect(await doubledByTheOwner()).toEqual([2, 4, 6]);
    expect(tf.tidy(() => tf.add(tf.tensor1d([1, 2]), 1).dataSync()[1])).toBe(3);
  });
});
