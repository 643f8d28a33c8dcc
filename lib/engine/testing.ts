import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as tf from "@tensorflow/tfjs-core";
import { expect } from "vitest";

/** A stream of numbers in [-1, 1), the same for the same seed (a linear congruential generator, Numerical Recipes' constants). */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

export type Sample = { values: Float32Array; shape: number[] };

export function sample(shape: number[], seed: number): Sample {
  const next = numbers(seed);
  return { values: Float32Array.from({ length: tf.util.sizeFromShape(shape) }, next), shape };
}

export function tensorOf<R extends tf.Rank = tf.Rank>({ values, shape }: Sample): tf.Tensor<R> {
  return tf.tensor<R>(values, shape as tf.ShapeMap[R]);
}

/** ‖a - b‖ / ‖b‖ */
export function relativeDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, norm] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    norm += b[i]! ** 2;
  }
  return Math.sqrt(difference / (norm + 1e-20));
}

/** The results of `compute` on the engine and on TensorFlow.js' cpu backend. */
export function onBoth<T>(compute: () => T): { engine: T; cpu: T } {
  const results = { engine: undefined as T, cpu: undefined as T };
  for (const [name, backend] of [["cpu", "cpu"], ["engine", "onnxruntime"]] as const) {
    tf.setBackend(backend);
    results[name] = compute();
  }
  return results;
}

/**
 * Compares a function's value and its gradients for all inputs between the engine and the cpu backend. Every element
 * of the value has a weight of its own in what is differentiated, so that none can stand in for another.
 */
export function expectSameGradients(compute: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: Sample[], tolerance = 1e-5): void {
  const { engine, cpu } = onBoth(() =>
    tf.tidy(() => {
      const tensors = inputs.map((input) => tensorOf(input));
      const value = compute(...tensors);
      const { values: weights } = sample(value.shape, 99);
      const gradients = tf.grads((...args: tf.Tensor[]) => tf.sum(tf.mul(compute(...args), tf.tensor(weights, value.shape))))(tensors);
      return [value, ...gradients].map((tensor) => ({ shape: tensor.shape, values: tensor.dataSync() }));
    }),
  );
  cpu.forEach((expected, place) => {
    const name = place === 0 ? "value" : `gradient of input ${place - 1}`;
    expect(engine[place]!.shape, name).toEqual(expected.shape);
    expect(relativeDistance(engine[place]!.values, expected.values), name).toBeLessThan(tolerance);
  });
}

/** By how many bytes `run` makes this process larger, and what V8 holds alive in it; garbage left aside. */
export function growthDuring(run: () => void): { resident: number; alive: number } {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const measure = () => {
    collect();
    const { rss, heapUsed, external } = process.memoryUsage();
    return { resident: rss, alive: heapUsed + external };
  };
  const before = measure();
  run();
  const after = measure();
  return { resident: after.resident - before.resident, alive: after.alive - before.alive };
}
