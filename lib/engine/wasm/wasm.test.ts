import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import { startEngine } from "../index";
import { batchOf, lossOf, smallResNet, variablesOf } from "../small-resnet";
import { relativeDistance, sample, tensorOf } from "../testing";

// Expected values are those of TensorFlow.js' own cpu backend on the same weights and inputs.

beforeAll(async () => {
  expect(await startEngine({ force: "wasm" })).toEqual({ name: "wasm", reason: "wasm, as asked", threads: 1 });
});

function onBoth<T>(compute: () => T): { wasm: T; cpu: T } {
  const on = (backend: string) => {
    tf.setBackend(backend);
    return compute();
  };
  return { cpu: on("cpu"), wasm: on("wasm") };
}

function expectSame(compute: () => tf.Tensor[], tolerance = 1e-5): void {
  const { wasm, cpu } = onBoth(() => tf.tidy(() => compute().map((tensor) => ({ shape: tensor.shape, values: tensor.dataSync() }))));
  cpu.forEach(({ shape, values }, place) => {
    expect(wasm[place]!.shape).toEqual(shape);
    expect(relativeDistance(wasm[place]!.values, values), `result ${place}`).toBeLessThan(tolerance);
  });
}

/** Value and gradients, weighted so that no element can stand in for another. */
function gradientsOf(compute: (...inputs: tf.Tensor[]) => tf.Tensor, shapes: number[][]): tf.Tensor[] {
  const inputs = shapes.map((shape, seed) => tensorOf(sample(shape, seed + 1)));
  const value = compute(...inputs);
  const weights = tensorOf(sample(value.shape, 99));
  return [value, ...tf.grads((...args: tf.Tensor[]) => tf.sum(tf.mul(compute(...args), weights)))(inputs)];
}

describe("the WebAssembly engine", () => {
  it("has the cpu backend's gradients in a small ResNet's first step", () => {
    const { wasm, cpu } = onBoth(() => {
      const net = smallResNet();
      const { value, grads } = tf.variableGrads(lossOf(net, batchOf(5, 1)), variablesOf(net));
      return { loss: value.dataSync()[0]!, gradients: variablesOf(net).map(({ name }) => grads[name]!.dataSync()) };
    });
    expect(wasm.loss).toBeCloseTo(cpu.loss, 5);
    cpu.gradients.forEach((expected, place) => expect(relativeDistance(wasm.gradients[place]!, expected), `variable ${place}`).toBeLessThan(1e-4));
  });

  const windows: { name: string; size: number; kernel: [number, number]; stride: number | [number, number]; pad: "same" | "valid" | number }[] = [
    { name: "1×1", size: 5, kernel: [1, 1], stride: 1, pad: "valid" },
    { name: "1×1, stride 2", size: 6, kernel: [1, 1], stride: 2, pad: "valid" },
    { name: "3×3, same", size: 7, kernel: [3, 3], stride: 1, pad: "same" },
    { name: "3×3, stride 2, same", size: 8, kernel: [3, 3], stride: 2, pad: "same" },
    { name: "3×3, stride 2, rows and columns left over", size: 10, kernel: [3, 3], stride: 2, pad: "valid" },
    { name: "3×2, stride 3×1", size: 9, kernel: [3, 2], stride: [3, 1], pad: "valid" },
    { name: "5×5, stride 3, pad 2", size: 11, kernel: [5, 5], stride: 3, pad: 2 },
    { name: "1×1, pad 1: the pad is wider than the window", size: 4, kernel: [1, 1], stride: 1, pad: 1 },
  ];

  it.each(windows)("differentiates a convolution: $name", ({ size, kernel, stride, pad }) => {
    expectSame(() => gradientsOf((x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, pad), [[2, size, size, 3], [...kernel, 3, 4]]));
  });

  it.each(windows.filter(({ pad }) => pad !== 1))("differentiates a depthwise convolution: $name", ({ size, kernel, stride, pad }) => {
    for (const multiplier of [1, 2]) {
      expectSame(() => gradientsOf((x, w) => tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, pad), [[2, size, size, 3], [...kernel, 3, multiplier]]));
    }
  });

  it("multiplies transposed matrices, with batches and without", () => {
    expectSame(() => gradientsOf((a, b) => tf.matMul(a, b, true, false), [[5, 4], [5, 3]]));
    expectSame(() => gradientsOf((a, b) => tf.matMul(a, b, true, true), [[2, 5, 4], [2, 3, 5]]));
  });

  it("differentiates a lookup of rows, which only the cpu backend can", () => {
    expectSame(() => gradientsOf((table) => tf.gather(table, tf.tensor1d([2, 0, 2], "int32")), [[4, 3]]));
  });

  it("keeps no tensor of its own", () => {
    tf.setBackend("wasm");
    const { numTensors, numDataBuffers } = tf.memory();
    tf.tidy(() => void gradientsOf((x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 2, "same"), [[2, 8, 8, 3], [3, 3, 3, 4]]));
    tf.tidy(() => void gradientsOf((table) => tf.gather(table, tf.tensor1d([2, 0], "int32")), [[4, 3]]));
    expect(tf.memory()).toMatchObject({ numTensors, numDataBuffers });
  });
});
