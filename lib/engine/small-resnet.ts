import { createHash } from "node:crypto";
import * as tf from "@tensorflow/tfjs-core";
import { initializers, input, layers, model, type LayersModel, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import { sample, tensorOf } from "./testing";

const classes = 4;

/** For tests. A ResNet in small: 7×7 stem with max-pool, an identity block, a strided block with a projected shortcut. */
export function smallResNet(): LayersModel {
  let seed = 1;
  const kernelInitializer = () => initializers.heNormal({ seed: seed++ });
  const conv = (x: SymbolicTensor, filters: number, kernelSize: number, strides: number) => {
    const pad = (kernelSize - 1) / 2;
    const padded = pad === 0 ? x : (layers.zeroPadding2d({ padding: [[pad, pad], [pad, pad]] }).apply(x) as SymbolicTensor);
    return layers.conv2d({ filters, kernelSize, strides, padding: "valid", useBias: false, kernelInitializer: kernelInitializer() }).apply(padded) as SymbolicTensor;
  };
  const norm = (x: SymbolicTensor) => layers.batchNormalization({ momentum: 0.9, epsilon: 1e-5 }).apply(x) as SymbolicTensor;
  const relu = (x: SymbolicTensor) => layers.reLU().apply(x) as SymbolicTensor;
  const sum = (a: SymbolicTensor, b: SymbolicTensor) => layers.add().apply([a, b]) as SymbolicTensor;

  const pictures = input({ shape: [28, 28, 3] });
  let x = relu(norm(conv(pictures, 6, 7, 2)));
  x = layers.zeroPadding2d({ padding: [[1, 1], [1, 1]] }).apply(x) as SymbolicTensor;
  x = layers.maxPooling2d({ poolSize: 3, strides: 2, padding: "valid" }).apply(x) as SymbolicTensor;
  x = relu(sum(x, norm(conv(relu(norm(conv(x, 6, 3, 1))), 6, 3, 1))));
  x = relu(sum(norm(conv(x, 8, 1, 2)), norm(conv(relu(norm(conv(x, 8, 3, 2))), 8, 3, 1))));
  x = layers.globalAveragePooling2d({ dataFormat: "channelsLast" }).apply(x) as SymbolicTensor;
  const logits = layers.dense({ units: classes, kernelInitializer: initializers.glorotUniform({ seed: seed++ }) }).apply(x) as SymbolicTensor;
  return model({ inputs: pictures, outputs: logits });
}

export function batchOf(count: number, seed: number): { x: tf.Tensor4D; y: tf.Tensor2D } {
  const labels = Int32Array.from({ length: count }, (_, i) => (i * 7 + seed) % classes);
  return { x: tensorOf<tf.Rank.R4>(sample([count, 28, 28, 3], seed)), y: tf.cast(tf.oneHot(tf.tensor1d(labels, "int32"), classes), "float32") as tf.Tensor2D };
}

export function lossOf(net: LayersModel, { x, y }: ReturnType<typeof batchOf>): () => tf.Scalar {
  return () => tf.losses.softmaxCrossEntropy(y, net.apply(x, { training: true }) as tf.Tensor, undefined, 0.1) as tf.Scalar;
}

export function variablesOf(net: LayersModel): tf.Variable[] {
  return net.trainableWeights.map((weight) => weight.read() as tf.Variable);
}

export function weightsOf(net: LayersModel): Float32Array[] {
  return net.getWeights().map((weight) => weight.dataSync() as Float32Array);
}

/** All weights of a network after some steps from the same beginning. */
export function trainedWeights(steps: number): Float32Array[] {
  const net = smallResNet();
  const optimizer = tf.train.momentum(0.02, 0.9);
  for (let seed = 1; seed <= steps; seed++) tf.tidy(() => void optimizer.minimize(lossOf(net, batchOf(6, seed)), false, variablesOf(net)));
  const weights = weightsOf(net);
  net.dispose();
  optimizer.dispose();
  return weights;
}

/** Equal for the same bits. */
export function fingerprint(weights: readonly Float32Array[]): string {
  const hash = createHash("sha256");
  for (const { buffer, byteOffset, byteLength } of weights) hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest("hex");
}
