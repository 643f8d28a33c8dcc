import { createModelVersion } from "#lib/data/create-model-version";
import { newModelVersionId } from "#lib/data/ids";
import { LatheError } from "#lib/domain/errors";
import { formatBytes } from "#lib/domain/units";
import { bestFolder, modelFileNames, reportFile } from "#lib/protocol/child";
import { modelReport, signature as signatureSchema, type ModelReport, type Signature } from "#lib/protocol/models";
import type { JobResult } from "#lib/protocol/jobs";
import { artifactsBucket, modelFileKey, modelManifestKey } from "#storage/keys";
import { measureOutput, readOutput } from "../../work/output-file";
import { untilStoreAnswers } from "../../work/patience";
import type { Execution } from "../execution";

const maxReportBytes = 16 * 1024 ** 2;
const maxFileBytes = 4 * 1024 ** 3;

export type TrainedModel = { signature: Signature; report: ModelReport; parameterCount: number };

/**
 * The best model as the child left it, every part checked.
 * @returns null when the child wrote no weights or no report
 * @throws LatheError `child_output`
 */
export async function readTrained({ folder }: Execution, labels: readonly string[], parameterCount: number): Promise<TrainedModel | null> {
  const report = await readJson(folder.output, reportFile);
  const signature = await readJson(folder.output, `${bestFolder}/signature.json`);
  if (report === null || signature === null) return null;
  const parsedReport = modelReport.safeParse(report);
  const parsedSignature = signatureSchema.safeParse(signature);
  const own = parsedSignature.data?.labels;
  if (!parsedReport.success || !parsedSignature.success || own?.length !== labels.length || own.some((label, i) => label !== labels[i])) {
    throw unusable("its report or signature is not as the protocol has it");
  }
  return { report: parsedReport.data, signature: parsedSignature.data, parameterCount };
}

async function readJson(folder: string, name: string): Promise<unknown> {
  const bytes = await readOutput(folder, name, maxReportBytes);
  if (bytes === null) return null;
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw unusable(`${name} is not JSON`, cause);
  }
}

function unusable(why: string, cause?: unknown): LatheError {
  return new LatheError({
    code: "child_output",
    message: `The trained model cannot be used: ${why}.`,
    nextStep: "Start the job again; if it happens again, report it.",
    cause,
  });
}

/**
 * Stores the model's files, then its manifest, then its row: a version exists as a whole or not at all.
 * @returns what the job made
 */
export async function keepModel(execution: Execution, name: string, trained: TrainedModel): Promise<JobResult> {
  const { input, attempt, folder, store, db, persist, requireHeld, log, lost, progress, tell } = execution;
  const { workspaceId } = input;
  const { signature, report, parameterCount } = trained;
  progress({ phase: "saving", fraction: 1, epoch: null, epochs: null, remainingMs: null });
  await requireHeld();
  const modelVersionId = newModelVersionId();
  const files: { name: string; sizeBytes: number; sha256: string }[] = [];
  const keys: string[] = [];
  // Best effort: what is left behind belongs to no version and can be seen by nobody.
  const takeBack = () => store.deleteMany(artifactsBucket, keys).catch(() => []);
  try {
    for (const fileName of modelFileNames) {
      const file = await measureOutput(folder.output, `${bestFolder}/${fileName}`, maxFileBytes);
      if (!file) throw unusable(`${fileName} is missing`);
      const { sizeBytes, sha256 } = file;
      const key = modelFileKey(workspaceId, modelVersionId, fileName);
      keys.push(key);
      await untilStoreAnswers(() => store.put(artifactsBucket, key, file.open(), { sizeBytes, signal: lost, metadata: { sha256 } }), lost);
      files.push({ name: fileName, sizeBytes, sha256 });
    }
    const manifest = { format: "lathe-model-1", job: input.jobId, files, signature, report };
    const manifestKey = modelManifestKey(workspaceId, modelVersionId);
    keys.push(manifestKey);
    await untilStoreAnswers(() => store.put(artifactsBucket, manifestKey, JSON.stringify(manifest), { contentType: "application/json" }), lost);
  } catch (error) {
    await takeBack();
    throw error;
  }

  const { accuracy, macroF1, top3Accuracy, logLoss, expectedCalibrationError } = report;
  const metrics = { accuracy, macroF1, top3Accuracy, logLoss, expectedCalibrationError };
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  // From here on the files stay even if this throws: the row may have been written by a call whose answer was lost.
  const made = await persist(() =>
    createModelVersion(db, {
      modelVersionId, workspaceId, name, jobId: input.jobId, attempt, datasetVersionId: input.datasetVersion?.id ?? null,
      preset: signature.preset, parameterCount, sizeBytes, signature, metrics, report, files,
    }),
  );
  if (made.modelVersionId === modelVersionId) log("info", `The model is ${made.model}, ${formatBytes(sizeBytes)}.`);
  else {
    log("info", `The model ${made.model} was made by an earlier attempt of this job; it is kept.`);
    await takeBack();
  }
  tell("workspace.changed", { workspaceId, kind: "model", name });
  return { model: made.model, dataset: null, metrics };
}
