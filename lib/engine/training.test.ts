import * as tf from "@tensorflow/tfjs-core";
import { initializers, input, layers, model, type LayersModel, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import { engineStatistics, startEngine } from "./index";
import { batchOf, lossOf, smallResNet, variablesOf, weightsOf } from "./small-resnet";
import { onBoth, relativeDistance, sample, tensorOf } from "./testing";

// Expected values are those of TensorFlow.js' own cpu backend on the same weights and pictures.

beforeAll(async () => {
  await startEngine({ threads: 2, force: "onnxruntime:cpu" });
});

describe("a ResNet", () => {
  it("has the cpu backend's loss and gradients in its first step, without a fallback", () => {
    const { engine, cpu } = onBoth(() => {
      const net = smallResNet();
      const { value, grads } = tf.variableGrads(lossOf(net, batchOf(5, 1)), variablesOf(net));
      return { loss: value.dataSync()[0]!, gradients: variablesOf(net).map(({ name }) => grads[name]!.dataSync()) };
    });
    expect(engine.loss).toBeCloseTo(cpu.loss, 5);
    cpu.gradients.forEach((expected, place) => expect(relativeDistance(engine.gradients[place]!, expected), `variable ${place}`).toBeLessThan(1e-4));
    expect(engineStatistics().fallbacks).toEqual({});
  });

  it.each([
    { name: "momentum", make: () => tf.train.momentum(0.02, 0.9) },
    { name: "nesterov", make: () => tf.train.momentum(0.02, 0.9, true) },
    // Where a gradient is about zero, Adam's step is ±rate whatever its size: ε keeps rounding from deciding signs.
    { name: "adam", make: () => tf.train.adam(0.001, 0.9, 0.999, 1e-3) },
  ])("trains three steps with $name to the cpu backend's weights", ({ make }) => {
    const { engine, cpu } = onBoth(() => {
      const net = smallResNet();
      const optimizer = make();
      const losses = [1, 2, 3].map((seed) => optimizer.minimize(lossOf(net, batchOf(6, seed)), true, variablesOf(net))!.dataSync()[0]!);
      return { losses, weights: weightsOf(net) };
    });
    engine.losses.forEach((loss, step) => expect(loss).toBeCloseTo(cpu.losses[step]!, 4));
    cpu.weights.forEach((expected, place) => expect(relativeDistance(engine.weights[place]!, expected), `weight ${place}`).toBeLessThan(1e-4));
    expect(engineStatistics().fallbacks).toEqual({});
  });

  it("predicts what the cpu backend predicts", () => {
    const { engine, cpu } = onBoth(() => (smallResNet().predict(batchOf(3, 4).x) as tf.Tensor).dataSync());
    expect(relativeDistance(engine, cpu)).toBeLessThan(1e-5);
  });

  it("compiles a step twice and a short last batch once more, whatever the learning rate", () => {
    tf.setBackend("onnxruntime");
    const net = smallResNet();
    const optimizer = tf.train.momentum(0.1, 0.9);
    const step = (count: number, seed: number) => {
      const learningRate = 0.1 / seed;
      (optimizer as unknown as { setLearningRate(rate: number): void }).setLearningRate(learningRate);
      tf.tidy(() => optimizer.minimize(lossOf(net, batchOf(count, seed)), true, variablesOf(net))!.dataSync());
    };
    const buildsDuring = (run: () => void) => {
      const before = engineStatistics().builds;
      run();
      return engineStatistics().builds - before;
    };
    // In the first step, the optimizer's momenta are not yet there.
    expect(buildsDuring(() => step(8, 1))).toBe(1);
    expect(buildsDuring(() => step(8, 2))).toBe(1);
    expect(buildsDuring(() => [3, 4, 5].forEach((seed) => step(8, seed)))).toBe(0);
    expect(buildsDuring(() => step(3, 6))).toBe(1);
    expect(buildsDuring(() => [7, 8, 9, 10].forEach((seed) => step(seed % 2 === 0 ? 3 : 8, seed)))).toBe(0);
  });
});

describe("model.fit", () => {
  function smallConvNet(): LayersModel {
    const pictures = input({ shape: [8, 8, 1] });
    let x = layers.conv2d({ filters: 4, kernelSize: 3, activation: "relu", kernelInitializer: initializers.heNormal({ seed: 1 }) }).apply(pictures);
    x = layers.batchNormalization().apply(x);
    x = layers.maxPooling2d({ poolSize: 2 }).apply(x);
    x = layers.flatten().apply(x);
    x = layers.dense({ units: 3, activation: "softmax", kernelInitializer: initializers.glorotUniform({ seed: 2 }) }).apply(x);
    return model({ inputs: pictures, outputs: x as SymbolicTensor });
  }

  it("gives the cpu backend's history with a short last batch and validation, and stays native", async () => {
    const pictures = sample([22, 8, 8, 1], 5);
    const histories: Record<string, number[]>[] = [];
    const fallbacks = engineStatistics().fallbacks;
    for (const backend of ["onnxruntime", "cpu"]) {
      tf.setBackend(backend);
      const net = smallConvNet();
      net.compile({ optimizer: "adam", loss: "categoricalCrossentropy", metrics: ["accuracy"] });
      const labels = tf.oneHot(tf.tensor1d(Array.from({ length: 22 }, (_, i) => i % 3), "int32"), 3);
      const { history } = await net.fit(tensorOf(pictures), labels, { epochs: 3, batchSize: 8, shuffle: false, validationSplit: 0.25, verbose: 0 });
      histories.push(history as Record<string, number[]>);
      expect((net.predict(tensorOf(pictures), { batchSize: 8 }) as tf.Tensor).shape).toEqual([22, 3]);
    }
    const [engine, cpu] = histories as [Record<string, number[]>, Record<string, number[]>];
    expect(Object.keys(engine).sort()).toEqual(["acc", "loss", "val_acc", "val_loss"]);
    for (const [name, expected] of Object.entries(cpu)) {
      expected.forEach((value, epoch) => expect(engine[name]![epoch], `${name} of epoch ${epoch}`).toBeCloseTo(value, 4));
    }
    expect(engineStatistics().fallbacks).toEqual(fallbacks);
  });

  it("predicts batch by batch, compiling nothing new for later ones or more of them", () => {
    tf.setBackend("onnxruntime");
    const net = smallConvNet();
    weightsOf(net);
    const predict = (count: number) => (net.predict(tensorOf(sample([count, 8, 8, 1], 6)), { batchSize: 8 }) as tf.Tensor).dataSync();
    const first = predict(24);
    const { builds, flushes } = engineStatistics();
    expect(predict(24)).toEqual(first);
    expect(engineStatistics()).toMatchObject({ builds, flushes: flushes + 3 });
  });
});
