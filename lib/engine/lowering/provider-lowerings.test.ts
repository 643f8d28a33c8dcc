import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import { RecordingBackend } from "../backend";
import { registerKernels } from "../kernels/register";
import { loadNative } from "../native";
import { providers } from "../providers/provider";
import { relativeDistance, sample, tensorOf } from "../testing";

// What is lowered differently for a provider that can do less is right ONNX on any: here it runs on the CPU.

const limits = { threads: 1, maxPlans: 8, maxBytes: 1e9, maxPoolBytes: 1e8, maxRecorded: 10_000 };

beforeAll(() => {
  const { deviceMemory, sessionProviders } = providers.cpu;
  const provider = { ...providers.webgpu, deviceMemory, sessionProviders };
  const backend = new RecordingBackend(loadNative(), tf.findBackend("cpu") as tf.KernelBackend, { ...limits, provider });
  tf.registerBackend("modest", () => backend);
  registerKernels("modest");
});

function expectSame(compute: () => tf.Tensor[]): void {
  const [expected, found] = ["cpu", "modest"].map((backend) => {
    tf.setBackend(backend);
    return tf.tidy(() => compute().map((tensor) => tensor.dataSync()));
  });
  found!.forEach((values, place) => expect(relativeDistance(values, expected![place]!), `result ${place}`).toBeLessThan(1e-5));
}

function gradientsOf(compute: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[]): tf.Tensor[] {
  const value = compute(...inputs);
  const weights = tensorOf(sample(value.shape, 99));
  return [value, ...tf.grads((...args: tf.Tensor[]) => tf.sum(tf.mul(compute(...args), weights)))(inputs)];
}

describe("for a provider that can do less", () => {
  it.each([
    { size: 8, window: 2, stride: 2, pad: "valid" as const },
    { size: 8, window: 3, stride: 2, pad: "same" as const },
    { size: 9, window: 3, stride: 1, pad: 1 },
    { size: 10, window: 3, stride: 4, pad: "valid" as const },
    { size: 7, window: 2, stride: 3, pad: "same" as const },
  ])("max-pool's gradient goes to the first cell that won: %o", ({ size, window, stride, pad }) => {
    const pool = (x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, window, stride, pad);
    expectSame(() => gradientsOf(pool, [tensorOf(sample([2, size, size, 3], 1))]));
    expectSame(() => gradientsOf(pool, [tf.round(tf.mul(tensorOf(sample([2, size, size, 3], 1)), 2))])); // many ties
  });

  it.each([[6, 8], [8, 6], [9, 4], [3, 4], [5, 8]])("convolutions of %i to %i channels are right", (inputs, outputs) => {
    for (const stride of [1, 2]) {
      expectSame(() => gradientsOf((x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, "same"), [tensorOf(sample([2, 12, 12, inputs], 1)), tensorOf(sample([3, 3, inputs, outputs], 2))]));
    }
  });

  it("scalars are told apart, however many there are", () => {
    for (const count of [1, 7, 8, 50, 60]) {
      expectSame(() => [tf.stack(Array.from({ length: count }, (_, place) => tf.add(tf.scalar(place), tf.scalar(place / 8))))]);
    }
  });
});
