import * as tf from "@tensorflow/tfjs-core";
import { initializers, layers, sequential, type LayersModel } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import { engineStatistics, startEngine } from "./index";

beforeAll(async () => {
  await startEngine({ threads: 1, force: "onnxruntime:cpu" });
});

// [1, 2] · weights + bias: all numbers here are exact in float32.
const x = () => tf.tensor2d([[1, 2]]);

function linear(): LayersModel {
  return sequential({ layers: [layers.dense({ inputShape: [2], units: 1, kernelInitializer: initializers.zeros() })] });
}

function setWeights(net: LayersModel, a: number, b: number, bias: number): void {
  tf.tidy(() => net.setWeights([tf.tensor2d([[a], [b]]), tf.tensor1d([bias])]));
}

function predict(net: LayersModel): number {
  return tf.tidy(() => (net.predict(x()) as tf.Tensor).dataSync()[0]!);
}

describe("predictions", () => {
  it("are those of the current weights at once, and stay so when these are compiled in again", () => {
    const net = linear();
    setWeights(net, 1, 1, 0);
    expect(predict(net)).toBe(3);
    for (const [a, b, bias] of [[2, 1, 0], [2, 1, 5], [0, 0, 0], [2, 1, 0]] as const) {
      setWeights(net, a, b, bias);
      for (let i = 0; i < 20; i++) expect(predict(net)).toBe(a + 2 * b + bias);
    }
    const { builds } = engineStatistics();
    for (let i = 0; i < 40; i++) expect(predict(net)).toBe(4);
    expect(engineStatistics().builds).toBe(builds); // steady: compiled in, and no more
    net.dispose();
  });

  it("follow weights that change before every prediction, and compile nothing for it", () => {
    const net = linear();
    setWeights(net, 1, 1, 0);
    predict(net);
    setWeights(net, 2, 2, 0);
    predict(net);
    const { builds } = engineStatistics();
    for (let i = 0; i < 40; i++) {
      setWeights(net, i, 1, 1);
      expect(predict(net)).toBe(i + 3);
    }
    expect(engineStatistics().builds).toBe(builds);
    net.dispose();
  });

  it("follow weights assigned to the same values, and one of two that changes", () => {
    const net = linear();
    setWeights(net, 3, 4, 1);
    expect(predict(net)).toBe(12);
    setWeights(net, 3, 4, 1);
    expect(predict(net)).toBe(12);
    const bias = net.weights[1]!;
    tf.tidy(() => void bias.write(tf.tensor1d([2])));
    expect(predict(net)).toBe(13);
    net.dispose();
  });

  it("follow a training between them", () => {
    const net = linear();
    setWeights(net, 1, 1, 0);
    const optimizer = tf.train.sgd(0.25);
    const variables = net.trainableWeights.map((weight) => weight.read() as tf.Variable);
    expect(predict(net)).toBe(3);
    for (let step = 1; step <= 3; step++) {
      tf.tidy(() => void optimizer.minimize(() => tf.sum(net.apply(x(), { training: true }) as tf.Tensor) as tf.Scalar, false, variables));
      // The sum has the slope x for the weights and 1 for the bias: a quarter of 1 + 4 + 1 less each step.
      for (let i = 0; i < 20; i++) expect(predict(net)).toBe(3 - 1.5 * step);
    }
    net.dispose();
  });

  it("of two networks of one structure are each one's own, in turn", () => {
    const nets = [linear(), linear()];
    nets.forEach((net, place) => setWeights(net, place, 1, 0));
    for (let i = 0; i < 40; i++) expect(nets.map(predict)).toEqual([2, 3]);
    nets.forEach((net) => net.dispose());
  });
});
