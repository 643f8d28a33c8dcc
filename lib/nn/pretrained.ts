import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { LatheError } from "#lib/domain/errors";
import type { NamedTensor } from "./safetensors";

export type LoadedWeights = {
  /** weights set, by this model's names */
  loaded: number;
  /** left as they were, and why: the classifier when the labels differ */
  skipped: { name: string; reason: string }[];
};

/** torchvision's name of each part of a layer's weights. */
const partNames: Record<string, string> = {
  kernel: "weight",
  bias: "bias",
  gamma: "weight",
  beta: "bias",
  moving_mean: "running_mean",
  moving_variance: "running_var",
};

/**
 * Takes a model's weights from published ones with torchvision's, timm's or Hugging Face's names.
 * All or nothing but for `fc`, which is skipped when the number of labels differs.
 *
 * @param tensors as `readSafetensors` gives them, convolutions OIHW, fc [out, in]
 * @throws LatheError `weights_do_not_fit` when they are another network's
 */
export function loadPretrained(model: LayersModel, tensors: ReadonlyMap<string, NamedTensor>): LoadedWeights {
  const byName = new Map([...tensors].map(([name, tensor]) => [torchName(name), tensor]));
  const skipped: LoadedWeights["skipped"] = [];
  const fitting: { weight: (typeof model.weights)[number]; tensor: NamedTensor }[] = [];
  for (const weight of model.weights) {
    const slash = weight.originalName.lastIndexOf("/");
    const name = `${weight.originalName.slice(0, slash)}.${partNames[weight.originalName.slice(slash + 1)]}`;
    const shape = weight.shape as number[];
    const tensor = byName.get(name);
    const expected = toTorchShape(shape);
    const fits = tensor && tf.util.arraysEqual([...tensor.shape], expected);
    if (fits) {
      fitting.push({ weight, tensor });
    } else if (name.startsWith("fc.")) {
      const reason = tensor ? `the file has ${tensor.shape[0]} labels, this model ${shape.at(-1)}` : "the file has none";
      skipped.push({ name, reason });
    } else {
      throw doesNotFit(name, tensor ? `[${tensor.shape}]` : null, expected);
    }
  }
  for (const { weight, tensor } of fitting) {
    const value = tf.tidy(() => fromTorch(tf.tensor(tensor.values, [...tensor.shape])));
    weight.write(value);
    value.dispose();
  }
  return { loaded: fitting.length, skipped };
}

/** Any of the known spellings to torchvision's, which timm shares. */
function torchName(name: string): string {
  const plain = name.replace(/^(module|model|backbone|resnet)\./, "");
  const part = plain.slice(plain.lastIndexOf(".") + 1);
  if (/^embedder\.embedder\.convolution\./.test(plain)) return `conv1.${part}`;
  if (/^embedder\.embedder\.normalization\./.test(plain)) return `bn1.${part}`;
  const inBlock = /^encoder\.stages\.(\d+)\.layers\.(\d+)\.(?:layer\.(\d+)|shortcut)\.(convolution|normalization)\./.exec(plain);
  if (inBlock) {
    const [, stage, block, layer, kind] = inBlock;
    const convolution = kind === "convolution";
    const where = layer === undefined ? `downsample.${convolution ? 0 : 1}` : `${convolution ? "conv" : "bn"}${Number(layer) + 1}`;
    return `layer${Number(stage) + 1}.${block}.${where}.${part}`;
  }
  if (/^classifier\.1\./.test(plain)) return `fc.${part}`;
  return plain;
}

/** HWIO → OIHW, [in, out] → [out, in] */
function toTorchShape(shape: readonly number[]): number[] {
  if (shape.length === 4) return [shape[3]!, shape[2]!, shape[0]!, shape[1]!];
  return shape.toReversed();
}

/** OIHW → HWIO, [out, in] → [in, out] */
function fromTorch(tensor: tf.Tensor): tf.Tensor {
  if (tensor.rank === 4) return tf.transpose(tensor, [2, 3, 1, 0]);
  return tensor.rank === 2 ? tf.transpose(tensor) : tensor;
}

function doesNotFit(name: string, found: string | null, expected: readonly number[]): LatheError {
  return new LatheError({
    code: "weights_do_not_fit",
    message: `The pretrained weights are another network's: "${name}" should be [${expected}] and is ${found ?? "not in the file"}.`,
    nextStep:
      name === "conv1.weight" && found
        ? "Pretrained weights start with 7×7 convolutions: train at 48 px or more, where this model has them too."
        : "Choose the preset these weights were trained with, or the weights of this preset.",
    status: 422,
  });
}
