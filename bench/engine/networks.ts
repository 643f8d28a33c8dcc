import * as tf from "@tensorflow/tfjs-core";
import { input, layers, model, type LayersModel, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import { buildResNet, initializeResNet } from "#lib/nn/resnet";
import type { Case } from "./cases";

/**
 * One step of a case: an ordinary tf.layers model, an ordinary optimizer, and what the program wants to know of a step
 * read at its end.
 */
export function networkStep(given: Case): () => Promise<void> {
  const net = networkOf(given);
  const x = tf.randomNormal(batchShape(given), 0, 1, "float32", 1);
  if (given.mode === "predict") {
    return async () => {
      const answer = net.predict(x) as tf.Tensor;
      await answer.data();
      answer.dispose();
    };
  }
  const labels = tf.tensor1d(Array.from({ length: given.batch }, (_, place) => (place * 7) % given.classes), "int32");
  const targets = tf.cast(tf.oneHot(labels, given.classes), "float32");
  const optimizer = tf.train.momentum(0.01, 0.9);
  const variables = net.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const lossOf = () => tf.losses.softmaxCrossEntropy(targets, net.apply(x, { training: true }) as tf.Tensor) as tf.Scalar;
  return async () => {
    const loss = optimizer.minimize(lossOf, true, variables)!;
    await loss.data();
    loss.dispose();
  };
}

function networkOf(given: Case): LayersModel {
  if (given.network === "mlp") {
    const features = input({ shape: [given.features] });
    const hidden = given.hidden.reduce((x, units) => layers.dense({ units, activation: "relu" }).apply(x) as SymbolicTensor, features);
    return model({ inputs: features, outputs: layers.dense({ units: given.classes }).apply(hidden) as SymbolicTensor });
  }
  if (given.network === "lstm") {
    const sequence = input({ shape: [given.steps, given.features] });
    const last = layers.lstm({ units: given.units, recurrentActivation: "sigmoid", recurrentInitializer: "glorotUniform" }).apply(sequence);
    return model({ inputs: sequence, outputs: layers.dense({ units: given.classes }).apply(last) as SymbolicTensor });
  }
  const net = buildResNet({ preset: given.network, classes: given.classes, stem: given.stem });
  initializeResNet(net, 1);
  return net;
}

function batchShape(given: Case): number[] {
  if (given.network === "mlp") return [given.batch, given.features];
  if (given.network === "lstm") return [given.batch, given.steps, given.features];
  return [given.batch, given.size, given.size, 3];
}
