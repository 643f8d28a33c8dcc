import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { ModelSignature } from "#lib/nn/preprocess";
import { loadModel, saveModel } from "#lib/nn/save";
import { bestFolder } from "#lib/protocol/child";
import type { Signature } from "#lib/protocol/models";

export function toProtocolSignature(signature: ModelSignature, preset: string): Signature {
  const { imageSize, resizeShortSide, mean, std, labels } = signature;
  return {
    format: "lathe-signature-1",
    preset,
    labels: [...labels],
    input: { name: "image", imageSize, resizeShortSide, mean: [...mean], std: [...std] },
    output: { name: "probabilities" },
  };
}

export function toModelSignature({ input, labels }: Signature): ModelSignature {
  const { imageSize, resizeShortSide, mean, std } = input;
  return { imageSize, resizeShortSide, mean, std, labels, dtype: "uint8", channelOrder: "rgb" };
}

/**
 * Writes the model's present weights as the best so far. The files that never change come first and the weights last, by
 * rename: whenever this process is killed, the folder holds the last best whole or no weights at all.
 */
export async function writeBest(output: string, model: LayersModel, signature: ModelSignature, preset: string): Promise<void> {
  const folder = path.join(output, bestFolder);
  await mkdir(folder, { recursive: true });
  const saved = await saveModel(model, signature);
  const replace = async (name: string, bytes: Uint8Array) => {
    const file = path.join(folder, name);
    await writeFile(`${file}.tmp`, bytes, { flush: true });
    await rename(`${file}.tmp`, file);
  };
  await replace("signature.json", Buffer.from(JSON.stringify(toProtocolSignature(signature, preset))));
  await replace("model.json", saved["model.json"]);
  await replace("weights.bin", saved["weights.bin"]);
}

/** @returns the model; the caller disposes */
export async function readModel(folder: string, signature: ModelSignature): Promise<LayersModel> {
  const [topology, weights] = await Promise.all(["model.json", "weights.bin"].map((name) => readFile(path.join(folder, name))));
  const { model } = await loadModel({
    "model.json": topology!,
    "weights.bin": weights!,
    "signature.json": Buffer.from(JSON.stringify(signature)),
  });
  return model;
}

/** Parameters that training changes, as torchvision counts them. */
export function countParameters(model: LayersModel): number {
  return model.trainableWeights.reduce((sum, { shape }) => sum + shape.reduce<number>((product, side) => product * (side ?? 1), 1), 0);
}
