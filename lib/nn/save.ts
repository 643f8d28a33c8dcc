import * as tf from "@tensorflow/tfjs-core";
import { loadLayersModel, type LayersModel } from "@tensorflow/tfjs-layers";
import { LatheError } from "#lib/domain/errors";
import type { ModelSignature } from "./preprocess";

/** A model version's files; `model.json` and `weights.bin` are TensorFlow.js's own layers format. */
export type SavedModel = {
  "model.json": Uint8Array;
  "weights.bin": Uint8Array;
  "signature.json": Uint8Array;
};

export const savedModelFiles = ["weights.bin", "signature.json", "model.json"] as const satisfies (keyof SavedModel)[];

/** Serialises a model; write the files in `savedModelFiles` order, so that `model.json` exists only when the rest does. */
export async function saveModel(model: LayersModel, signature: ModelSignature): Promise<SavedModel> {
  let saved: SavedModel | undefined;
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      const { modelTopology, weightSpecs, weightData, format, generatedBy, convertedBy } = artifacts;
      const weightsManifest = [{ paths: ["weights.bin"], weights: weightSpecs ?? [] }];
      saved = {
        "model.json": toJson({ format, generatedBy, convertedBy, modelTopology, weightsManifest }),
        "weights.bin": new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData)),
        "signature.json": toJson(signature),
      };
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
    }),
  );
  return saved!;
}

/**
 * @returns the model (the caller disposes) and its signature
 * @throws LatheError `model_broken` when a file is cut short or not what it should be
 */
export async function loadModel(files: SavedModel): Promise<{ model: LayersModel; signature: ModelSignature }> {
  try {
    const { modelTopology, weightsManifest } = fromJson(files["model.json"]) as {
      modelTopology: {};
      weightsManifest: { weights: tf.io.WeightsManifestEntry[] }[];
    };
    const signature = fromJson(files["signature.json"]) as ModelSignature;
    const weightSpecs = weightsManifest.flatMap((group) => group.weights);
    const weights = files["weights.bin"];
    const expected = weightSpecs.reduce((sum, spec) => sum + tf.util.sizeFromShape(spec.shape) * 4, 0);
    if (weights.byteLength !== expected) {
      throw new Error(`weights.bin has ${weights.byteLength} bytes, model.json describes ${expected}`);
    }
    const weightData = weights.slice().buffer;
    const model = await loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
    return { model, signature };
  } catch (cause) {
    throw new LatheError({
      code: "model_broken",
      message: `The model's files cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
      nextStep: "Train the model again, or deploy another version of it.",
      status: 422,
      cause,
    });
  }
}

function toJson(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function fromJson(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}
