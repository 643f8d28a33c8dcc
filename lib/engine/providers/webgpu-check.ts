/*
 * A program for tests: compares the WebGPU engine with TensorFlow.js' cpu backend on tiny nets, and prints relative
 * distances as JSON. A process of its own, because the driver is chosen by the environment it starts with.
 */
import * as tf from "@tensorflow/tfjs-core";
import { layers, sequential, type LayersModel } from "@tensorflow/tfjs-layers";
import { engineStatistics, startEngine } from "../index";
import { batchOf, lossOf, smallResNet, variablesOf, weightsOf } from "../small-resnet";
import { relativeDistance, sample, tensorOf } from "../testing";

const started = await startEngine({ threads: 2, force: "onnxruntime:webgpu" });

function compare(compute: () => tf.Tensor[]): number[] {
  const on = (backend: string) => {
    tf.setBackend(backend);
    return tf.tidy(() => compute().map((tensor) => tensor.dataSync()));
  };
  const [expected, found] = [on("cpu"), on("onnxruntime")];
  return found.map((values, place) => relativeDistance(values, expected[place]!));
}

function gradients(compute: (...inputs: tf.Tensor[]) => tf.Tensor, shapes: number[][]): tf.Tensor[] {
  const inputs = shapes.map((shape, seed) => tensorOf(sample(shape, seed + 1)));
  const value = compute(...inputs);
  const weights = tensorOf(sample(value.shape, 99));
  return [value, ...tf.grads((...args: tf.Tensor[]) => tf.sum(tf.mul(compute(...args), weights)))(inputs)];
}

function trained(net: LayersModel, optimizer: tf.Optimizer, steps: number): tf.Tensor[] {
  const losses = Array.from({ length: steps }, (_, seed) => optimizer.minimize(lossOf(net, batchOf(3, seed + 1)), true, variablesOf(net))!);
  return [tf.stack(losses), ...weightsOf(net).map((weights) => tf.tensor1d(weights))];
}

const distances = {
  types: compare(() => {
    const whole = tf.tensor1d([7, -8, 9], "int32");
    const truth = tf.greater(whole, tf.scalar(0, "int32"));
    return [tf.add(whole, whole), truth, tf.logicalNot(truth), tf.where(truth, whole, tf.neg(whole)), tf.cast(truth, "float32"), tf.argMax(tf.cast(whole, "float32")), tf.gather(whole, tf.tensor1d([2, 0], "int32"))];
  }),
  dense: compare(() => gradients((x, w) => tf.softmax(tf.relu(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D))), [[4, 6], [6, 3]])),
  conv: compare(() => gradients((x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 2, "same"), [[2, 9, 9, 3], [3, 3, 3, 4]])),
  maxPool: compare(() => gradients((x) => tf.maxPool(x as tf.Tensor4D, 3, 2, "same"), [[2, 8, 8, 3]])),
  firstStep: compare(() => {
    const net = smallResNet();
    const { value, grads } = tf.variableGrads(lossOf(net, batchOf(3, 1)), variablesOf(net));
    return [value, ...variablesOf(net).map(({ name }) => grads[name]!)];
  }),
  momentum: compare(() => trained(smallResNet(), tf.train.momentum(0.02, 0.9), 3)),
  adam: compare(() => trained(smallResNet(), tf.train.adam(0.001, 0.9, 0.999, 1e-3), 2)),
};

// More graphs than are kept: what those that went have made must live on, and end later without harm.
tf.setBackend("onnxruntime");
const made = Array.from({ length: 45 }, (_, place) => {
  const tensor = tf.exp(tf.zeros([place + 1]));
  tensor.dataSync();
  return tensor;
});
const sums = made.map((tensor) => tf.tidy(() => tf.sum(tensor).dataSync()[0]!));
tf.dispose(made);

// Steps of the same graph: what has to cross to the device and back, and what memory they leave behind.
tf.setBackend("onnxruntime");
const net = sequential({ layers: [layers.dense({ units: 512, inputShape: [512], activation: "relu" }), layers.dense({ units: 4 })] });
const optimizer = tf.train.momentum(0.01, 0.9);
const step = (seed: number) =>
  tf.tidy(() => {
    const x = tensorOf<tf.Rank.R2>(sample([2, 512], seed));
    optimizer.minimize(() => tf.mean(tf.square(net.apply(x, { training: true }) as tf.Tensor)) as tf.Scalar);
  });
for (let seed = 0; seed < 5; seed++) step(seed);
const before = { ...engineStatistics(), rss: process.memoryUsage().rss, tensors: tf.memory().numTensors };
for (let seed = 0; seed < 60; seed++) step(seed);
const after = { ...engineStatistics(), rss: process.memoryUsage().rss, tensors: tf.memory().numTensors };
console.log(
  JSON.stringify({
    sums,
    reason: started.reason,
    distances,
    steps: {
      builds: after.builds - before.builds,
      flushes: after.flushes - before.flushes,
      downloads: after.downloads - before.downloads,
      uploadedBytes: after.uploadedBytes - before.uploadedBytes,
      grownBytes: after.rss - before.rss,
      tensors: after.tensors - before.tensors,
    },
  }),
);
