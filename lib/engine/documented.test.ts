import * as tf from "@tensorflow/tfjs-core";
import * as data from "@tensorflow/tfjs-data";
import { initializers, layers, loadLayersModel, sequential, type Sequential } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import { startEngine } from "./index";

// What TensorFlow.js documents of its memory, its measurements and its models, on recorded graphs.

beforeAll(async () => {
  await startEngine({ threads: 1, force: "onnxruntime:cpu" });
});

function classifier(): Sequential {
  const net = sequential({
    layers: [
      layers.dense({ inputShape: [2], units: 8, activation: "relu", kernelInitializer: initializers.glorotUniform({ seed: 1 }) }),
      layers.dense({ units: 1, activation: "sigmoid", kernelInitializer: initializers.glorotUniform({ seed: 2 }) }),
    ],
  });
  net.compile({ optimizer: tf.train.adam(0.1), loss: "binaryCrossentropy" });
  return net;
}

const corners = [[0, 0], [0, 1], [1, 0], [1, 1]];

describe("memory", () => {
  it("of a tidy goes, but for what is returned or kept", () => {
    const before = tf.memory().numTensors;
    let kept!: tf.Tensor;
    const returned = tf.tidy(() => {
      const x = tf.add(tf.ones([2]), 1);
      kept = tf.keep(tf.mul(x, 3));
      return tf.square(x);
    });
    expect(tf.memory().numTensors - before).toBe(2);
    expect([...kept.dataSync(), ...returned.dataSync()]).toEqual([6, 6, 4, 4]);
    tf.dispose({ kept, list: [returned] });
    expect(tf.memory().numTensors).toBe(before);
  });

  it("of a variable is its latest value's, and others keep what they took from it", () => {
    const before = tf.memory().numDataBuffers;
    const variable = tf.tidy(() => tf.variable(tf.ones([2])));
    const doubled = tf.mul(variable, 2);
    tf.tidy(() => variable.assign(tf.tensor1d([5, 6])));
    expect([...doubled.dataSync(), ...variable.dataSync()]).toEqual([2, 2, 5, 6]);
    expect(() => variable.assign(tf.ones([3]) as unknown as tf.Tensor1D)).toThrow(/shape of the new value \(3\) and previous value \(2\)/);
    tf.dispose([doubled, variable]);
    expect(tf.memory().numDataBuffers - before).toBe(1); // the ones that were refused
  });
});

describe("measuring", () => {
  it("counts in a profile the tensors and bytes that are new", async () => {
    const x = tf.ones([4]);
    const profile = await tf.profile(() => {
      tf.add(x, 1);
      return tf.tidy(() => tf.sum(tf.square(x)));
    });
    expect(profile.kernels.map(({ name }) => name)).toEqual(["Add", "Square", "Sum"]);
    expect(profile.newTensors).toBe(2); // the sum, which no tidy holds, and the result
    expect((profile.result as tf.Tensor).dataSync()[0]).toBe(4);
  });

  it("times what a function records", async () => {
    const { kernelMs, wallMs } = (await tf.time(() => void tf.matMul(tf.ones([64, 64]), tf.ones([64, 64])))) as { kernelMs: number; wallMs: number };
    expect(kernelMs).toBeGreaterThan(0);
    expect(wallMs).toBeGreaterThan(0);
  });
});

describe("a model", () => {
  it("learns from a generator's batches and leaves nothing but itself", async () => {
    const net = classifier();
    const batches = data.generator(function* () {
      for (let i = 0; i < 10; i++) yield { xs: tf.tensor2d(corners), ys: tf.tensor2d([[0], [1], [1], [1]]) };
    } as never);
    const { history } = await net.fitDataset(batches as never, { epochs: 1, verbose: 0 });
    const { numTensors } = tf.memory();
    await net.fitDataset(batches as never, { epochs: 4, verbose: 0 });
    expect(tf.memory().numTensors).toBe(numTensors);
    const predictions = tf.tidy(() => Array.from((net.predict(tf.tensor2d(corners)) as tf.Tensor).dataSync(), Math.round));
    expect(predictions).toEqual([0, 1, 1, 1]);
    expect(history.loss).toHaveLength(1);
  });

  it("saved to memory and loaded predicts the same bits, and goes on training", async () => {
    const net = classifier();
    const x = tf.tensor2d(corners);
    const y = tf.tensor2d([[0], [1], [1], [1]]);
    await net.fit(x, y, { epochs: 3, verbose: 0 });
    let saved!: tf.io.ModelArtifacts;
    await net.save(
      tf.io.withSaveHandler(async (artifacts) => {
        saved = artifacts;
        return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
      }),
    );
    const loaded = await loadLayersModel(tf.io.fromMemory(saved));
    const predictionsOf = (model: typeof loaded) => Array.from((model.predict(x) as tf.Tensor).dataSync());
    expect(predictionsOf(loaded)).toEqual(predictionsOf(net));
    loaded.compile({ optimizer: "sgd", loss: "binaryCrossentropy" });
    await loaded.fit(x, y, { epochs: 1, verbose: 0 });
    expect(predictionsOf(loaded)).not.toEqual(predictionsOf(net));
  });
});
