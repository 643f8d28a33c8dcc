import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { loadPretrained } from "#lib/nn/pretrained";
import { buildResNet } from "#lib/nn/resnet";
import type { Stem } from "#lib/nn/resnet-presets";
import { hashed } from "./hash";

export type ParityCase = {
  network: "resnet18" | "resnet50";
  stem: Stem;
  /** a side in px */
  size: number;
  batch: number;
  classes: number;
  /** γ of every block's last BatchNorm */
  lastGamma: number;
  learningRate: number;
  momentum: number;
};

type Values = { shape: number[]; values: Float32Array };

/** A parameter of the network under torch's name and in torch's order. */
export type Parameter = { name: string; variable: tf.Variable };

/** The network, pictures and targets that reference.py's `prepared` makes, from the same formula. The caller disposes. */
export function prepare(given: ParityCase): { model: LayersModel; parameters: Parameter[]; x: tf.Tensor4D; targets: tf.Tensor2D } {
  const model = buildResNet({ preset: given.network, classes: given.classes, stem: given.stem });
  const weights = model.weights.map((weight) => [torchName(weight.originalName), weight.shape as number[]] as const);
  loadPretrained(model, new Map(weights.map(([name, shape]) => [name, valuesOf(name, torchShape(shape), given)])));

  const parameters = model.trainableWeights.map((weight) => ({ name: torchName(weight.originalName), variable: weight.read() as tf.Variable }));
  const { values, shape } = filled("pictures", [given.batch, 3, given.size, given.size], Math.sqrt(3));
  const x = tf.tidy(() => tf.transpose(tf.tensor4d(values, shape as [number, number, number, number]), [0, 2, 3, 1]));
  const labels = Int32Array.from({ length: given.batch }, (_, place) => (place * 7) % given.classes);
  const targets = tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(labels, "int32"), given.classes), "float32") as tf.Tensor2D);
  return { model, parameters, x, targets };
}

/** A gradient's values in torch's order. */
export function inTorchOrder(tensor: tf.Tensor): Float32Array {
  return tf.tidy(() => {
    const turned = tensor.rank === 4 ? tf.transpose(tensor, [3, 2, 0, 1]) : tensor.rank === 2 ? tf.transpose(tensor) : tensor;
    return turned.dataSync() as Float32Array;
  });
}

function valuesOf(name: string, shape: number[], { network, lastGamma }: ParityCase): Values {
  const [out, , height, width] = shape;
  if (shape.length === 4) return filled(name, shape, Math.sqrt(6 / (out! * height! * width!)));
  if (name.startsWith("fc.")) return filled(name, shape, Math.sqrt(1 / (network === "resnet18" ? 512 : 2048)));
  const isLast = name.endsWith(network === "resnet18" ? ".bn2.weight" : ".bn3.weight");
  const isOne = name.endsWith(".weight") || name.endsWith(".running_var");
  return { shape, values: new Float32Array(out!).fill(isLast ? lastGamma : isOne ? 1 : 0) };
}

/** Products in float64, rounded once to float32, as numpy does. */
function filled(name: string, shape: number[], bound: number): Values {
  const numbers = hashed(name, tf.util.sizeFromShape(shape));
  for (let place = 0; place < numbers.length; place++) numbers[place]! *= bound;
  return { shape, values: new Float32Array(numbers) };
}

const partNames: Record<string, string> = { kernel: "weight", gamma: "weight", beta: "bias", bias: "bias", moving_mean: "running_mean", moving_variance: "running_var" };

function torchName(originalName: string): string {
  const [layer, part] = originalName.split("/") as [string, string];
  return `${layer}.${partNames[part]}`;
}

/** HWIO → OIHW, [in, out] → [out, in] */
function torchShape(shape: readonly number[]): number[] {
  return shape.length === 4 ? [shape[3]!, shape[2]!, shape[0]!, shape[1]!] : shape.toReversed();
}
