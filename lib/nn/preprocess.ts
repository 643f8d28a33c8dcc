import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { LatheError } from "#lib/domain/errors";

type Channels = readonly [red: number, green: number, blue: number];

/** What a model expects of a picture and what its outputs mean: saved with it, obeyed by training, evaluation and serving alike. */
export type ModelSignature = {
  /** side of the square the network sees, px */
  imageSize: number;
  /** before the centre crop the short side is scaled to this, px */
  resizeShortSide: number;
  /** of values in [0, 1], per channel */
  mean: Channels;
  std: Channels;
  /** class names; a label's place is its label index */
  labels: readonly string[];
  dtype: "uint8";
  channelOrder: "rgb";
};

/** ImageNet's channel statistics: what every published ResNet was trained with, and near enough for photographs. */
export const imagenetMean: Channels = [0.485, 0.456, 0.406];
export const imagenetStd: Channels = [0.229, 0.224, 0.225];

/** The signature of a network for `imageSize` px pictures: short side to 256/224 of it, then the centre, as ImageNet is evaluated. */
export function createSignature(imageSize: number, labels: readonly string[]): ModelSignature {
  const resizeShortSide = Math.round((imageSize * 256) / 224);
  return { imageSize, resizeShortSide, mean: imagenetMean, std: imagenetStd, labels, dtype: "uint8", channelOrder: "rgb" };
}

/**
 * The network's input from raw pictures.
 * @param pixels [B, S, S, 3] RGB; Uint8Array in [0, 255] or Float32Array in [0, 1]
 * @returns [B, S, S, 3] float32, normalised by the signature; the caller disposes
 * @throws LatheError `wrong_picture_shape` when the length is not a whole number of pictures
 */
export function toInput(pixels: Uint8Array | Float32Array, signature: ModelSignature): tf.Tensor4D {
  const side = signature.imageSize;
  return toInputOfSize(pixels, side, signature);
}

/** As `toInput`, for a side other than the signature's: training may see smaller pictures than serving. */
export function toInputOfSize(pixels: Uint8Array | Float32Array, side: number, signature: ModelSignature): tf.Tensor4D {
  const count = pixels.length / (side * side * 3);
  if (!Number.isInteger(count) || count === 0) {
    throw new LatheError({
      code: "wrong_picture_shape",
      message: `${pixels.length} values are not a whole number of ${side}×${side} RGB pictures.`,
      nextStep: `Send pictures as [batch, ${side}, ${side}, 3].`,
    });
  }
  return tf.tensor4d(normalize(pixels, signature), [count, side, side, 3]);
}

/** (value in [0, 1] − mean) / std per channel; a table of 256 values a channel serves the bytes. */
export function normalize(pixels: Uint8Array | Float32Array, { mean, std }: ModelSignature): Float32Array {
  const result = new Float32Array(pixels.length);
  if (pixels instanceof Float32Array) {
    for (let i = 0; i < pixels.length; i++) result[i] = (pixels[i]! - mean[i % 3]!) / std[i % 3]!;
    return result;
  }
  const [red, green, blue] = [0, 1, 2].map((channel) =>
    Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - mean[channel]!) / std[channel]!),
  ) as [Float32Array, Float32Array, Float32Array];
  for (let i = 0; i < pixels.length; i += 3) {
    result[i] = red[pixels[i]!]!;
    result[i + 1] = green[pixels[i + 1]!]!;
    result[i + 2] = blue[pixels[i + 2]!]!;
  }
  return result;
}

/**
 * Probabilities of every label.
 * @param pixels [B, S, S, 3] as `toInput` takes them
 * @returns [B, K] row by row, each row in [0, 1] and summing to 1
 */
export async function predict(
  model: LayersModel,
  signature: ModelSignature,
  pixels: Uint8Array | Float32Array,
): Promise<Float32Array> {
  const probabilities = tf.tidy(() => tf.softmax(model.apply(toInput(pixels, signature)) as tf.Tensor2D));
  try {
    return (await probabilities.data()) as Float32Array;
  } finally {
    probabilities.dispose();
  }
}
