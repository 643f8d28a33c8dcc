import type { Job } from "#lib/protocol/jobs";

/** A sentence of `jobs.sentence` in the messages, with what stands in its places. Epochs count from 1 here. */
export type Sentence = { key: SentenceKey; values: { epoch?: number; epochs?: number; best?: number; percent?: number; leftMs?: number; attempt?: number; model?: string; dataset?: string; files?: number; leftOut?: number } };

export type SentenceKey =
  | "waiting" | "waitingAgain" | "starting" | "training" | "trainingSoon" | "phase" | "phaseLeft"
  | "stopping" | "stoppingModel"
  | "imported" | "unpacked" | "unpackedSome" | "cancelledUnpack" | "succeeded" | "completed" | "budget" | "earlyStop"
  | "cancelledBefore" | "cancelledImport" | "cancelledNoModel" | "cancelledEarly" | "cancelledModel" | "cancelledLost"
  | "failed" | "failedModel" | "diverged" | "divergedModel" | "outOfMemory" | "runnerLost";

/** What the metrics say about a training: epochs count from 0. */
export type Trained = { lastEpoch: number | null; bestEpoch: number | null };

/**
 * How it is going, or what happened, in one sentence. It is whole without the rest of the page: someone who comes back
 * after a night reads nothing else.
 */
export function statusSentence(job: Job, trained: Trained): Sentence {
  switch (job.status) {
    case "queued":
      return job.attempt === 0 ? { key: "waiting", values: {} } : { key: "waitingAgain", values: { attempt: job.attempt + 1 } };
    case "running":
      return underWay(job);
    case "stopping":
      return { key: job.kind === "auto-learn" ? "stoppingModel" : "stopping", values: {} };
    case "succeeded":
      return wellEnded(job, trained);
    case "cancelled":
      return stopped(job, trained);
    case "failed":
      return gaveUp(job, trained);
  }
}

function underWay({ progress }: Job): Sentence {
  if (!progress) return { key: "starting", values: {} };
  const { phase, epoch, epochs, remainingMs, fraction } = progress;
  if (phase === "training" && epoch !== null && epochs !== null) {
    const values = { epoch: epoch + 1, epochs };
    return remainingMs === null ? { key: "trainingSoon", values } : { key: "training", values: { ...values, leftMs: remainingMs } };
  }
  const values = { percent: fraction };
  return remainingMs === null ? { key: "phase", values } : { key: "phaseLeft", values: { ...values, leftMs: remainingMs } };
}

function wellEnded(job: Job, trained: Trained): Sentence {
  if (job.kind === "import-dataset") return { key: "imported", values: { dataset: job.result?.dataset ?? job.dataset ?? job.name } };
  if (job.kind === "unpack-archive") {
    const { files = 0, leftOut = 0 } = job.result?.metrics ?? {};
    return { key: leftOut ? "unpackedSome" : "unpacked", values: { files: files ?? 0, leftOut: leftOut ?? 0 } };
  }
  const values = kept(job, trained);
  if (!values) return { key: "succeeded", values: {} };
  if (job.stopReason === "budget") return { key: "budget", values };
  if (job.stopReason === "early-stop") return { key: "earlyStop", values };
  return { key: "completed", values };
}

function stopped(job: Job, trained: Trained): Sentence {
  if (job.stopReason === "runner-lost") return { key: "cancelledLost", values: {} };
  if (job.attempt === 0) return { key: "cancelledBefore", values: {} };
  if (job.kind === "import-dataset") return { key: "cancelledImport", values: {} };
  if (job.kind === "unpack-archive") return { key: "cancelledUnpack", values: { files: job.result?.metrics.files ?? 0 } };
  const values = kept(job, trained);
  if (!values) return { key: "cancelledNoModel", values: {} };
  return { key: trained.bestEpoch === null ? "cancelledEarly" : "cancelledModel", values };
}

function gaveUp(job: Job, trained: Trained): Sentence {
  if (job.stopReason === "runner-lost") return { key: "runnerLost", values: { attempt: job.attempt } };
  if (job.stopReason === "out-of-memory") return { key: "outOfMemory", values: {} };
  const values = kept(job, trained);
  if (job.stopReason === "diverged") return values ? { key: "divergedModel", values } : { key: "diverged", values: {} };
  return values ? { key: "failedModel", values } : { key: "failed", values: {} };
}

/** The epochs to name when a model was kept; null when there is none. */
function kept(job: Job, trained: Trained): { epoch: number; best: number; model: string } | null {
  const model = job.result?.model;
  if (!model) return null;
  const last = trained.lastEpoch ?? job.progress?.epoch ?? 0;
  return { epoch: last + 1, best: (trained.bestEpoch ?? last) + 1, model };
}
