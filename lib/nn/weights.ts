import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { WeightsSnapshot } from "./training";

/** Copies all weights, moving statistics included, out of the engine. */
export async function snapshotWeights(model: LayersModel): Promise<WeightsSnapshot> {
  const result: { name: string; shape: readonly number[]; values: Float32Array }[] = [];
  for (const weight of model.weights) {
    const values = Float32Array.from(await weight.read().data());
    result.push({ name: weight.originalName, shape: weight.shape as number[], values });
  }
  return result;
}

/** Puts a snapshot of the same model back. */
export function restoreWeights(model: LayersModel, snapshot: WeightsSnapshot): void {
  const byName = new Map(snapshot.map((weight) => [weight.name, weight]));
  for (const weight of model.weights) {
    const { values, shape } = byName.get(weight.originalName)!;
    const tensor = tf.tensor(values, [...shape]);
    weight.write(tensor);
    tensor.dispose();
  }
}
