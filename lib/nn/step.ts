import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { countHits, logLoss, smoothTargets } from "./metrics";
import { KernelDecayOptimizer } from "./optimizer";
import { predict, toInputOfSize, type ModelSignature } from "./preprocess";
import type { PictureBatch, Recipe } from "./training";

/**
 * One step: cross-entropy against smoothed targets, backward, update.
 * Everything inside is a kernel that engines run natively; hits are counted here, on the host, because an ArgMax in the
 * middle of a recorded step would make an engine keep every activation.
 */
export class TrainingStep {
  readonly #optimizer: KernelDecayOptimizer;
  readonly #variables: tf.Variable[];

  constructor(
    readonly model: LayersModel,
    readonly signature: ModelSignature,
    readonly recipe: Recipe,
  ) {
    this.#optimizer = new KernelDecayOptimizer(recipe);
    this.#variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  }

  /** @returns the batch's mean loss, NaN or infinite when training has diverged, and how many it got right */
  async run({ pixels, labels, imageSize }: PictureBatch, learningRate: number): Promise<{ loss: number; hits: number }> {
    const classes = this.signature.labels.length;
    this.#optimizer.learningRate = learningRate;
    const input = toInputOfSize(pixels, imageSize, this.signature); // [B, S, S, 3]
    const targets = tf.tensor2d(smoothTargets(labels, classes, this.recipe.labelSmoothing), [labels.length, classes]); // [B, K]
    let logits: tf.Tensor | undefined;
    let cost: tf.Scalar | null = null;
    try {
      cost = this.#optimizer.minimize(
        () => {
          logits = tf.keep(this.model.apply(input, { training: true }) as tf.Tensor); // [B, K]
          return tf.losses.softmaxCrossEntropy(targets, logits) as tf.Scalar;
        },
        true,
        this.#variables,
      );
      const [loss] = await cost!.data();
      return { loss: loss!, hits: countHits(await logits!.data(), labels, classes) };
    } finally {
      tf.dispose([input, targets, logits ?? [], cost ?? []]);
    }
  }

  dispose(): void {
    this.#optimizer.dispose();
  }
}

/**
 * Mean log loss, without smoothing, and accuracy over held-out pictures.
 * @returns null when `signal` stopped it
 */
export async function validate(
  model: LayersModel,
  signature: ModelSignature,
  batches: AsyncIterable<PictureBatch>,
  signal?: AbortSignal,
): Promise<{ loss: number; accuracy: number } | null> {
  const classes = signature.labels.length;
  let [loss, hits, count] = [0, 0, 0];
  for await (const { pixels, labels } of batches) {
    const probabilities = await predict(model, signature, pixels);
    loss += logLoss(probabilities, labels, classes) * labels.length;
    hits += countHits(probabilities, labels, classes);
    count += labels.length;
    await tf.nextFrame();
    if (signal?.aborted) return null;
  }
  return { loss: loss / count, accuracy: hits / count };
}
