import * as tf from "@tensorflow/tfjs-core";
import { layers, sequential } from "@tensorflow/tfjs-layers";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { EngineError, engineStatistics, startEngine } from "./index";

beforeAll(async () => {
  await startEngine({ threads: 1, force: "onnxruntime:cpu" });
});
beforeEach(() => {
  tf.setBackend("onnxruntime");
});

function buildsDuring(run: () => void): number {
  const before = engineStatistics().builds;
  run();
  return engineStatistics().builds - before;
}

describe("choosing", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("says in one line what was chosen and why", async () => {
    vi.stubEnv("LATHE_ENGINE", "");
    const { name, reason, threads } = await startEngine();
    expect({ name, threads }).toEqual({ name: "onnxruntime:cpu", threads: 1 });
    expect(reason).toMatch(/^onnxruntime:cpu on 1 thread, the fastest that runs here \(cuda: .*; webgpu: .*\)$/);
    expect(tf.getBackend()).toBe("onnxruntime");
  });

  it("follows LATHE_ENGINE, and `force` before it", async () => {
    vi.stubEnv("LATHE_ENGINE", "cpu");
    expect(await startEngine()).toMatchObject({ name: "cpu", threads: 1 });
    expect(tf.getBackend()).toBe("cpu");
    expect(await startEngine({ force: "onnxruntime:cpu" })).toMatchObject({ name: "onnxruntime:cpu" });
    expect(tf.getBackend()).toBe("onnxruntime");
  });
});

describe("tensors", () => {
  it("hands out copies", () => {
    const sum = tf.add(tf.tensor1d([1, 2]), 1);
    const first = sum.dataSync();
    first[0] = 99;
    expect(Array.from(sum.dataSync())).toEqual([2, 3]);
  });

  it("takes values as they were when the tensor was made", () => {
    const values = new Float32Array([1, 2, 3]);
    const doubled = tf.mul(tf.tensor1d(values), 2);
    values[0] = 100;
    expect(Array.from(doubled.dataSync())).toEqual([2, 4, 6]);
  });

  it("computes though the input is disposed before anything ran", () => {
    const x = tf.tensor1d([1, 2, 3]);
    const doubled = tf.mul(x, 2);
    x.dispose();
    expect(Array.from(doubled.dataSync())).toEqual([2, 4, 6]);
  });

  it("never recycles a buffer that something recorded still reads", () => {
    const x = tf.add(tf.tensor1d([1, 2, 3]), 1);
    x.dataSync();
    const tenfold = tf.mul(x, 10);
    x.dispose();
    const other = tf.tensor1d([7, 7, 7]);
    expect(Array.from(tf.add(other, 1).dataSync())).toEqual([8, 8, 8]);
    expect(Array.from(tenfold.dataSync())).toEqual([20, 30, 40]);
  });

  it("refuses to read a disposed tensor", () => {
    const sum = tf.add(tf.tensor1d([1, 2]), 1);
    sum.dispose();
    expect(() => sum.dataSync()).toThrow("Tensor is disposed.");
  });

  it("moves to another backend and back", () => {
    const sum = tf.add(tf.tensor1d([1, 2]), 1);
    tf.setBackend("cpu");
    expect(Array.from(tf.mul(sum, 2).dataSync())).toEqual([4, 6]);
    tf.setBackend("onnxruntime");
    expect(Array.from(tf.mul(sum, 3).dataSync())).toEqual([6, 9]);
  });

  it("reads in the middle of a tidy and goes on", () => {
    const result = tf.tidy(() => {
      const squares = tf.square(tf.tensor1d([1, 2, 4]));
      return tf.div(squares, tf.max(squares).dataSync()[0]!);
    });
    expect(Array.from(result.dataSync())).toEqual([1 / 16, 1 / 4, 1]);
  });

  it("keeps strings and complex numbers as TensorFlow.js does", () => {
    expect(tf.reshape(tf.tensor1d(["a", "b"]), [2, 1]).dataSync()).toEqual(["a", "b"]);
    const complex = tf.complex([1, 2], [3, 4]);
    expect(Array.from(tf.imag(tf.mul(complex, complex)).dataSync())).toEqual([6, 16]); // (1+3i)² = -8+6i, (2+4i)² = -12+16i
    expect(Array.from(tf.real(complex).dataSync())).toEqual([1, 2]);
  });

  it("computes with empty tensors", () => {
    expect(Array.from(tf.concat([tf.zeros([0, 2]), tf.ones([1, 2])]).dataSync())).toEqual([1, 1]);
    expect(tf.add(tf.zeros([0, 2]), 1).shape).toEqual([0, 2]);
    expect(tf.sum(tf.zeros([0, 2]), 0).dataSync()).toEqual(new Float32Array(2));
  });

  it("computes with integers and booleans", () => {
    const a = tf.tensor1d([7, -7, 5], "int32");
    const b = tf.tensor1d([2, 2, 2], "int32");
    expect(tf.add(tf.mul(a, b), tf.scalar(1, "int32")).dataSync()).toEqual(new Int32Array([15, -13, 11]));
    expect(tf.div(a, b).dataSync()).toEqual(new Int32Array([3, -4, 2])); // floors
    const positive = tf.greater(a, tf.scalar(0, "int32"));
    expect(positive.dtype).toBe("bool");
    expect(tf.logicalNot(positive).dataSync()).toEqual(new Uint8Array([0, 1, 0]));
    expect(tf.sum(positive).dataSync()).toEqual(new Int32Array([2]));
    expect(tf.cast(tf.tensor1d([1.7, -1.7]), "int32").dataSync()).toEqual(new Int32Array([1, -1]));
    expect(tf.cast(a, "bool").dataSync()).toEqual(new Uint8Array([1, 1, 1]));
    expect(tf.mean(a).dataSync()[0]).toBeCloseTo(5 / 3, 6);
    const hot = tf.oneHot(tf.argMax(tf.tensor2d([[1, 3], [4, 2]]), 1), 2);
    expect(hot.dataSync()).toEqual(new Int32Array([0, 1, 1, 0]));
    expect(tf.gather(a, tf.tensor1d([2, 0], "int32")).dataSync()).toEqual(new Int32Array([5, 7]));
  });

  it("fails only what an impossible operation concerns, and says so", () => {
    const table = tf.tensor1d([1, 2, 3]);
    expect(() => tf.gather(table, tf.tensor1d([5], "int32"))).toThrow("GatherV2: the index value 5 is not in [0, 2]");
    const [beyond, before] = [5, -1].map((index) => tf.gather(table, tf.add(tf.tensor1d([index - 1, 0], "int32"), tf.scalar(1, "int32")))) as [tf.Tensor, tf.Tensor];
    expect(() => before.dataSync()).toThrow(EngineError);
    expect(() => beyond.dataSync()).toThrow(EngineError);
    expect(() => tf.add(beyond, 1)).toThrow(/could not be computed/);
    expect(Array.from(tf.add(table, 1).dataSync())).toEqual([2, 3, 4]);
  });
});

describe("graphs", () => {
  it("are compiled once, whatever the scalars in them", () => {
    const scaled = (factor: number) => tf.tidy(() => tf.mul(tf.tensor1d([1, 2, 3, 4, 5]), factor).dataSync()[4]);
    expect(buildsDuring(() => expect(scaled(0.5)).toBe(2.5))).toBe(1);
    expect(buildsDuring(() => [1, 2, 0, -3].forEach((factor) => expect(scaled(factor)).toBe(5 * factor)))).toBe(0);
  });

  it("are told apart by shape", () => {
    const scaled = (length: number) => tf.tidy(() => void tf.exp(tf.ones([length, 9])).dataSync());
    expect(buildsDuring(() => scaled(3))).toBe(1);
    expect(buildsDuring(() => scaled(4))).toBe(1);
    expect(buildsDuring(() => [3, 4, 3].forEach(scaled))).toBe(0);
  });

  it("leave the cache when there are too many, and still run", () => {
    for (let length = 100; length < 140; length++) tf.tidy(() => void tf.sin(tf.ones([length])).dataSync());
    expect(engineStatistics().cachedPlans).toBeLessThanOrEqual(32);
    expect(tf.tidy(() => tf.sin(tf.ones([100])).dataSync()[7])).toBeCloseTo(Math.sin(1), 6);
  });

  it("run by themselves when nobody reads for long", () => {
    const flushes = engineStatistics().flushes;
    const counter = tf.variable(tf.zeros([3]));
    for (let i = 0; i < 25_000; i++) tf.tidy(() => counter.assign(tf.add(counter, 1)));
    expect(engineStatistics().flushes).toBeGreaterThan(flushes);
    expect(Array.from(counter.dataSync())).toEqual([25_000, 25_000, 25_000]);
    counter.dispose();
  });

  it("count what they leave to the cpu backend", () => {
    const before = engineStatistics().fallbacks.Cumprod ?? 0;
    expect(Array.from(tf.cumprod(tf.tensor1d([1, 2, 3])).dataSync())).toEqual([1, 2, 6]);
    expect(engineStatistics().fallbacks.Cumprod).toBe(before + 1);
  });

  it("can be timed and profiled", async () => {
    expect((await tf.time(() => tf.square(tf.ones([3])))).kernelMs).toBeGreaterThan(0);
    const { kernels } = await tf.profile(() => tf.square(tf.ones([3])));
    expect(kernels.map(({ name }) => name)).toEqual(["Square"]);
  });
});

describe("memory", () => {
  it("stays the same over hundreds of steps", () => {
    const net = sequential({
      layers: [
        layers.conv2d({ inputShape: [12, 12, 3], filters: 8, kernelSize: 3, activation: "relu" }),
        layers.batchNormalization(),
        layers.globalAveragePooling2d({ dataFormat: "channelsLast" }),
        layers.dense({ units: 5 }),
      ],
    });
    const optimizer = tf.train.momentum(0.01, 0.9);
    const labels = tf.cast(tf.oneHot(tf.tensor1d([0, 1, 2, 3, 4, 0], "int32"), 5), "float32");
    const step = () =>
      tf.tidy(() => {
        const pictures = tf.randomUniform([6, 12, 12, 3]);
        optimizer.minimize(() => tf.losses.softmaxCrossEntropy(labels, net.apply(pictures, { training: true }) as tf.Tensor) as tf.Scalar);
      });
    const state = () => {
      const { numTensors, numDataBuffers } = tf.memory();
      const { poolBytes, cachedPlans, builds } = engineStatistics();
      return { numTensors, numDataBuffers, poolBytes, cachedPlans, builds };
    };
    for (let i = 0; i < 10; i++) step();
    const before = state();
    const rssBefore = process.memoryUsage().rss;
    for (let i = 0; i < 300; i++) step();
    expect(state()).toEqual(before);
    // Garbage that waits to be collected comes and goes; 300 steps of a leak would be 300 × (62 KB of pictures and more).
    expect(process.memoryUsage().rss - rssBefore).toBeLessThan(60e6);
  });

  it("is given back with the last tensor that shows it", () => {
    const before = tf.memory();
    const x = tf.add(tf.ones([10, 10]), 1);
    const view = tf.reshape(x, [100]);
    x.dataSync();
    x.dispose();
    expect(view.dataSync()[99]).toBe(2);
    view.dispose();
    tf.add(tf.scalar(1), 1).dispose();
    const after = tf.memory();
    expect(after.numTensors - before.numTensors).toBe(2); // the ones and the scalar
    expect(after.numDataBuffers - before.numDataBuffers).toBe(2);
  });
});
