import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import {
  argMax,
  confusionMatrix,
  expectedCalibrationError,
  labelScores,
  logLoss,
  macroF1,
  topKAccuracy,
  type LabelScore,
} from "./metrics";
import { predict, type ModelSignature } from "./preprocess";
import type { PictureBatch } from "./training";

export type Mistake = {
  key: string;
  label: string;
  predicted: string;
  /** of the predicted label, and of the true one; in [0, 1] */
  probability: number;
  labelProbability: number;
};

export type Evaluation = {
  samples: number;
  /** shares in [0, 1]; log loss in nats; `top5Accuracy` only with more than five labels */
  metrics: {
    accuracy: number;
    macroF1: number;
    logLoss: number;
    expectedCalibrationError: number;
    top3Accuracy: number;
    top5Accuracy?: number;
  };
  perLabel: (LabelScore & { label: string })[];
  /** [true label index][predicted label index] */
  confusion: number[][];
  /** the surest wrong answers first */
  mistakes: Mistake[];
};

export type EvaluateOptions = {
  model: LayersModel;
  signature: ModelSignature;
  /** all held-out pictures, in the order of `keys` */
  batches: AsyncIterable<PictureBatch>;
  keys: readonly string[];
  /** how many mistakes to name */
  mistakes?: number;
};

/** What a model does on pictures it has never seen. The model stays the caller's. */
export async function evaluate({ model, signature, batches, keys, mistakes = 50 }: EvaluateOptions): Promise<Evaluation> {
  const classes = signature.labels.length;
  const rows: Float32Array[] = [];
  const truths: number[] = [];
  for await (const { pixels, labels } of batches) {
    rows.push(await predict(model, signature, pixels));
    truths.push(...labels);
    await tf.nextFrame();
  }
  const probabilities = concat(rows); // [N, K]
  const labels = Int32Array.from(truths); // [N]
  const predicted = argMax(probabilities, classes); // [N]
  const confusion = confusionMatrix(predicted, labels, classes);
  const scores = labelScores(confusion);
  return {
    samples: labels.length,
    metrics: {
      accuracy: confusion.reduce((hits, row, label) => hits + row[label]!, 0) / labels.length,
      macroF1: macroF1(scores),
      logLoss: logLoss(probabilities, labels, classes),
      expectedCalibrationError: expectedCalibrationError(probabilities, labels, classes),
      top3Accuracy: topKAccuracy(probabilities, labels, classes, Math.min(3, classes)),
      ...(classes > 5 && { top5Accuracy: topKAccuracy(probabilities, labels, classes, 5) }),
    },
    perLabel: scores.map((score, label) => ({ label: signature.labels[label]!, ...score })),
    confusion,
    mistakes: worstMistakes().slice(0, mistakes),
  };

  function worstMistakes(): Mistake[] {
    const found: Mistake[] = [];
    predicted.forEach((guess, i) => {
      const label = labels[i]!;
      if (guess === label) return;
      found.push({
        key: keys[i]!,
        label: signature.labels[label]!,
        predicted: signature.labels[guess]!,
        probability: probabilities[i * classes + guess]!,
        labelProbability: probabilities[i * classes + label]!,
      });
    });
    return found.sort((a, b) => b.probability - a.probability);
  }
}

function concat(rows: readonly Float32Array[]): Float32Array {
  const result = new Float32Array(rows.reduce((sum, row) => sum + row.length, 0));
  let at = 0;
  for (const row of rows) {
    result.set(row, at);
    at += row.length;
  }
  return result;
}
