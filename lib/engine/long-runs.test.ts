import * as tf from "@tensorflow/tfjs-core";
import { initializers, layers, sequential } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import { engineStatistics, startEngine } from "./index";
import { growthDuring, sample, tensorOf } from "./testing";

beforeAll(async () => {
  await startEngine({ threads: 1, force: "onnxruntime:cpu" });
});

const mib = 2 ** 20;

function tensorCounts(): { numTensors: number; numDataBuffers: number } {
  const { numTensors, numDataBuffers } = tf.memory();
  return { numTensors, numDataBuffers };
}

describe("100,000 operations without a read", () => {
  it("in a chain that only the last tensor holds give the right number", () => {
    const before = tensorCounts();
    let x: tf.Tensor = tf.zeros([2]);
    const growth = growthDuring(() => {
      for (let i = 0; i < 100_000; i++) {
        const next = tf.add(x, 1);
        x.dispose();
        x = next;
      }
    });
    expect(Array.from(x.dataSync())).toEqual([100_000, 100_000]);
    x.dispose();
    expect(tensorCounts()).toEqual({ numTensors: before.numTensors, numDataBuffers: before.numDataBuffers });
    // The graphs of 20,000 operations are let go one after the other: 5 of them kept would be 250 MiB.
    expect(growth.resident).toBeLessThan(300 * mib);
  });

  it("in a tidy for each of 10,000 rounds give the right number and leave nothing", () => {
    const before = tensorCounts();
    const x = tf.tidy(() => tf.variable(tf.ones([3])));
    const growth = growthDuring(() => {
      for (let round = 0; round < 10_000; round++) {
        tf.tidy(() => {
          let y: tf.Tensor = x;
          for (let i = 0; i < 10; i++) y = tf.add(y, 1);
          x.assign(y);
        });
      }
      expect(Array.from(x.dataSync())).toEqual([100_001, 100_001, 100_001]);
    });
    x.dispose();
    expect(tensorCounts()).toEqual(before);
    expect(growth.resident).toBeLessThan(300 * mib);
  });

  it("in one tidy that keeps all of them alive give the right number and leave nothing", () => {
    const before = tensorCounts();
    const last = tf.tidy(() => {
      let x: tf.Tensor = tf.ones([3]);
      for (let i = 0; i < 10_500; i++) x = tf.sub(tf.mul(x, 2), 1); // 21,000 operations: the first 20,000 run on the way
      return x;
    });
    expect(Array.from(last.dataSync())).toEqual([1, 1, 1]);
    last.dispose();
    expect(tensorCounts()).toEqual(before);
  });
});

describe("long graphs that never come again", () => {
  it("are let go, though their values are small", () => {
    const growth = growthDuring(() => {
      for (let count = 7_000; count < 7_008; count++) {
        tf.tidy(() => {
          let x: tf.Tensor = tf.ones([2]);
          for (let i = 0; i < count; i++) x = tf.add(x, 1);
          expect(x.dataSync()[1]).toBe(count + 1);
        });
      }
    });
    // A session takes some 6 KB for each operation: eight of these, kept, are 320 MiB.
    expect(growth.resident).toBeLessThan(200 * mib);
  });
});

describe("500 shapes", () => {
  it("are computed right, and their graphs and buffers go again", () => {
    const before = tensorCounts();
    const compute = (length: number) =>
      tf.tidy(() => {
        const x = tf.tensor1d(Float32Array.from({ length }, (_, i) => i));
        return tf.sum(tf.add(tf.mul(x, 2), 1)).dataSync()[0];
      });
    const growth = growthDuring(() => {
      for (let length = 1000; length < 1500; length++) expect(compute(length)).toBe(length * length); // 2·(0 + … + n-1) + n
    });
    expect(compute(1000)).toBe(1000 * 1000);
    expect(tensorCounts()).toEqual(before);
    expect(engineStatistics().cachedPlans).toBeLessThanOrEqual(32);
    expect(growth.resident).toBeLessThan(150 * mib);
  });
});

describe("10,000 steps of a small network", () => {
  it("take no more memory than the first few, compile nothing, and learn", () => {
    const net = sequential({
      layers: [
        layers.dense({ inputShape: [4], units: 8, activation: "tanh", kernelInitializer: initializers.glorotUniform({ seed: 1 }) }),
        layers.dense({ units: 1, kernelInitializer: initializers.glorotUniform({ seed: 2 }) }),
      ],
    });
    const optimizer = tf.train.momentum(0.01, 0.9);
    const x = tensorOf<tf.Rank.R2>(sample([8, 4], 3));
    const y = tf.sum(x, 1, true);
    const loss = () => tf.losses.meanSquaredError(y, net.apply(x, { training: true }) as tf.Tensor) as tf.Scalar;
    const steps = (count: number) => {
      let last = 0;
      for (let i = 0; i < count; i++) {
        const value = optimizer.minimize(loss, true)!;
        if (i === count - 1) last = value.dataSync()[0]!;
        value.dispose();
      }
      return last;
    };
    const state = () => {
      const { poolBytes, cachedPlans, builds, flushes } = engineStatistics();
      return { ...tensorCounts(), numBytes: tf.memory().numBytes, poolBytes, cachedPlans, builds, flushes };
    };
    const first = steps(1);
    steps(500);
    const before = state();
    const growth = growthDuring(() => {
      expect(steps(9_500)).toBeLessThan(first / 1000);
    });
    expect(state()).toEqual({ ...before, flushes: before.flushes + 9_500 });
    // Sixty nodes of some 150 bytes a step, kept over 9,500 steps, would be 80 MiB and more.
    expect(growth.alive).toBeLessThan(10 * mib);
    expect(growth.resident).toBeLessThan(150 * mib);
  });
});
