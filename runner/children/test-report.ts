import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { evaluate } from "#lib/nn/evaluate";
import type { ModelSignature } from "#lib/nn/preprocess";
import type { PictureBatch } from "#lib/nn/training";
import { reportFile } from "#lib/protocol/child";
import type { ModelReport } from "#lib/protocol/models";

/** Measures the model on pictures it has never seen and writes the report. */
export async function writeTestReport(options: {
  output: string;
  model: LayersModel;
  signature: ModelSignature;
  batches: AsyncIterable<PictureBatch>;
  keys: readonly string[];
  training: ModelReport["training"];
}): Promise<ModelReport> {
  const { output, training, ...rest } = options;
  const { samples, metrics, perLabel, confusion, mistakes } = await evaluate({ ...rest, mistakes: 60 });
  const report: ModelReport = {
    split: "test",
    samples,
    accuracy: metrics.accuracy,
    macroF1: metrics.macroF1,
    top3Accuracy: metrics.top3Accuracy,
    logLoss: metrics.logLoss,
    expectedCalibrationError: metrics.expectedCalibrationError,
    confusion,
    classes: perLabel.map(({ label, precision, recall, f1, support }) => ({ label, precision, recall, f1, support })),
    mistakes: mistakes.map(({ key, label, predicted, probability }) => ({ key, label, predicted, probability })),
    training,
  };
  await writeFile(path.join(output, reportFile), JSON.stringify(report), { flush: true });
  return report;
}
