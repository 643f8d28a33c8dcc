import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-layers"; // registers the gradients
import { beforeAll, expect, it } from "vitest";
import { KernelDecayOptimizer } from "./optimizer";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const settings = { optimizer: "sgd", momentum: 0.9, nesterov: false, weightDecay: 0.1 } as const;

/** Two steps on loss = 3·sum(kernel) + 3·sum(bias), so that every gradient is 3; both start at 1. */
function twoSteps(optimizer: KernelDecayOptimizer, learningRate: number): { kernel: number; bias: number } {
  const kernel = tf.tidy(() => tf.variable(tf.ones([1, 1]), true, "conv/kernel"));
  const bias = tf.tidy(() => tf.variable(tf.ones([1]), true, "fc/bias"));
  optimizer.learningRate = learningRate;
  for (let step = 0; step < 2; step++) {
    optimizer.minimize(() => tf.mul(3, tf.add(tf.sum(kernel), tf.sum(bias))) as tf.Scalar, false, [kernel, bias]);
  }
  const result = { kernel: kernel.dataSync()[0]!, bias: bias.dataSync()[0]! };
  tf.dispose([kernel, bias]);
  optimizer.dispose();
  return result;
}

it("does SGD with momentum as torch.optim.SGD, decaying kernels only", () => {
  const { kernel, bias } = twoSteps(new KernelDecayOptimizer(settings), 0.01);
  // bias: v = 3, w = 0.97; v = 0.9·3 + 3 = 5.7, w = 0.913
  expect(bias).toBeCloseTo(0.913, 6);
  // kernel: v = 3 + 0.1 = 3.1, w = 0.969; v = 2.79 + 3 + 0.0969 = 5.8869, w = 0.910131
  expect(kernel).toBeCloseTo(0.910131, 6);
});

it("looks ahead with Nesterov's momentum", () => {
  const { bias } = twoSteps(new KernelDecayOptimizer({ ...settings, nesterov: true }), 0.01);
  // v = 3, w = 1 − 0.01·(3 + 2.7) = 0.943; v = 5.7, w = 0.943 − 0.01·(3 + 5.13) = 0.8617
  expect(bias).toBeCloseTo(0.8617, 6);
});

it("does AdamW as torch.optim.AdamW, decay apart from the moments", () => {
  const { kernel, bias } = twoSteps(new KernelDecayOptimizer({ ...settings, optimizer: "adamw" }), 0.01);
  // A constant gradient makes both corrected moments g and g²: every step is the rate itself.
  expect(bias).toBeCloseTo(0.98, 6);
  // kernel: (1 − 0.001)·1 − 0.01 = 0.989; 0.999·0.989 − 0.01 = 0.978011
  expect(kernel).toBeCloseTo(0.978011, 6);
});

it("frees its moments", () => {
  const held = tf.memory().numTensors;
  twoSteps(new KernelDecayOptimizer(settings), 0.01);
  expect(tf.memory().numTensors).toBe(held);
});
