import { failDatasetVersion } from "#lib/data/fail-dataset-version";
import { LatheError } from "#lib/domain/errors";
import { importParams } from "#lib/protocol/datasets";
import { problemOf } from "../work/words";
import { Stopped, type Execution, type Outcome } from "./execution";
import { defaultSplit, settleVersion } from "./freeze/settle";

/** Freezes a draft as a ready version; when that fails or is stopped, it is a draft again. */
export async function freezeDataset(execution: Execution): Promise<Outcome> {
  const { input, attempt, db, persist, tell, lost } = execution;
  const version = input.datasetVersion;
  if (!version) throw new LatheError({ code: "dataset_gone", message: "The dataset of this job was deleted.", nextStep: "Make it again.", status: 404 });
  const announce = () => tell("workspace.changed", { workspaceId: input.workspaceId, kind: "dataset", name: version.dataset });
  try {
    const split = importParams.parse(input.params).split ?? defaultSplit;
    // An attempt before this one did it all and died before it could say so.
    if (version.status !== "ready") {
      await settleVersion(execution, { version, fence: { datasetVersionId: version.id, jobId: input.jobId, attempt, status: "freezing" }, format: version.format, freeze: split });
    }
    announce();
    return { stopReason: "completed", result: { model: null, dataset: `${version.dataset}@${version.version}`, metrics: {} }, error: null };
  } catch (thrown) {
    lost.throwIfAborted();
    const stopped = thrown instanceof Stopped;
    const error = stopped ? { code: "freeze_cancelled", message: "Freezing was stopped before it was done.", nextStep: "The draft is as it was; freeze it again." } : problemOf(thrown);
    await persist(() => failDatasetVersion(db, { datasetVersionId: version.id, error }));
    announce();
    if (!stopped && error.code === "unexpected_error") throw thrown;
    return { stopReason: stopped ? "stopped" : "error", result: null, error: stopped ? null : error };
  }
}
