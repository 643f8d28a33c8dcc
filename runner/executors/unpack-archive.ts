import { rm } from "node:fs/promises";
import path from "node:path";
import { LatheError } from "#lib/domain/errors";
import { formatBytes } from "#lib/domain/units";
import { unpackRequest, type UnpackRequest } from "#lib/protocol/archives";
import { startJobChild, type JobChild } from "../work/job-child";
import { download, requireSpace } from "../work/download";
import { untilStoreAnswers } from "../work/patience";
import { plural } from "../work/words";
import { Stopped, type Execution, type Outcome } from "./execution";
import { FindingsFile } from "./unpack/findings-file";
import { Sink } from "./unpack/sink";

const archiveFile = "archive";
/** Longer than any unpacking: a decoder that hangs is found by its silence. */
const wallMs = 7 * 24 * 3600 * 1000;
const silenceMs = 180_000;

/**
 * Unpacks an archive of a bucket into a prefix. A child decodes, this process decides what becomes of it. An attempt
 * starts anew and puts the same bytes under the same keys, so a killed one leaves nothing that the next does not make whole.
 */
export async function unpackArchive(execution: Execution): Promise<Outcome> {
  const { input, folder, lost, stop, log } = execution;
  const request = unpackRequest.parse(input.params);
  const findings = new FindingsFile(path.join(folder.root, "findings.jsonl"));
  const signal = AbortSignal.any([stop, lost]);
  const sink = new Sink({ execution, request, findings, signal });
  try {
    sink.bound(await fetchArchive(execution, request, signal));
    await decode(execution, sink, signal);
  } catch (error) {
    lost.throwIfAborted();
    await sink.settle().catch(() => {});
    await keepFindings(execution, findings);
    const { files } = sink.counts;
    if (stop.aborted || error instanceof Stopped) {
      log("info", `Stopped. ${plural(files, "file")} had been unpacked by then and stay where they are.`);
      return { stopReason: "stopped", result: resultOf(sink, findings), error: null };
    }
    if (!(error instanceof LatheError)) throw error;
    const kept = files > 0 ? ` ${plural(files, "file")} had been unpacked to s3://${request.targetBucket}/${request.prefix} by then and stay there.` : "";
    return { stopReason: "error", result: resultOf(sink, findings), error: { ...error.toJSON(), message: `${error.message}${kept}` } };
  }
  await execution.requireHeld();
  await keepFindings(execution, findings);
  const { files, sizeBytes, leftOut } = sink.counts;
  log("info", `${plural(files, "file")} unpacked to s3://${request.targetBucket}/${request.prefix}, ${formatBytes(sizeBytes)}; ${plural(leftOut, "entry").replace("entrys", "entries")} left out.`);
  return { stopReason: "completed", result: resultOf(sink, findings), error: null };
}

function resultOf({ counts }: Sink, findings: FindingsFile): Outcome["result"] {
  const { files, sizeBytes, leftOut } = counts;
  return { model: null, dataset: null, metrics: { files, sizeBytes, leftOut, remarks: findings.count - leftOut } };
}

async function fetchArchive({ store, folder, lost, progress, log }: Execution, { bucket, key, etag }: UnpackRequest, signal: AbortSignal): Promise<number> {
  progress({ phase: "preparing", fraction: 0, epoch: null, epochs: null, remainingMs: null });
  const info = await untilStoreAnswers(() => store.head(bucket, key), lost);
  if (!info || info.etag !== etag) {
    throw new LatheError({
      code: info ? "archive_changed" : "object_not_found",
      message: `s3://${bucket}/${key} ${info ? "holds other bytes than when the job was started" : "is not there any more"}.`,
      nextStep: info ? "Start the unpacking again to take the new ones." : "Upload the archive again and start over.",
      status: 409,
    });
  }
  await requireSpace(folder.input, info.sizeBytes);
  await untilStoreAnswers(() => download(store, { bucket, key }, path.join(folder.input, archiveFile), signal), lost);
  log("info", `s3://${bucket}/${key}, ${formatBytes(info.sizeBytes)}.`);
  return info.sizeBytes;
}

async function decode(execution: Execution, sink: Sink, signal: AbortSignal): Promise<void> {
  const { stop, lost } = execution;
  let silence: NodeJS.Timeout | undefined;
  const listen = () => {
    clearTimeout(silence);
    silence = setTimeout(() => (sink.busy ? listen() : child?.kill()), silenceMs);
  };
  let child: JobChild | null = null;
  const started = await startJobChild(execution, {
    task: { kind: "unpack", file: archiveFile },
    wallMs,
    onMessage(message) {
      listen();
      sink.take(message);
    },
  });
  child = started;
  sink.attach(started);
  const end = () => started.kill();
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  listen();
  const { ended } = await started.over;
  clearTimeout(silence);
  signal.removeEventListener("abort", end);
  await sink.settle();
  lost.throwIfAborted();
  if (stop.aborted) throw new Stopped();
  if (ended?.reason === "completed") return;
  const error = ended?.error;
  if (error && error.code !== "unexpected_error") throw new LatheError(error);
  throw new LatheError({
    code: "archive_unreadable",
    message: `The archive breaks the process that reads it${sink.last ? `, at or after "${sink.last.slice(0, 200)}"` : ""}: it needs too much memory or time, or ends it.`,
    nextStep: "Pack the files again with another program; what lies before that place was unpacked.",
  });
}

async function keepFindings({ input, store, lost }: Execution, findings: FindingsFile): Promise<void> {
  await findings.keep(store, { workspaceId: input.workspaceId, jobId: input.jobId }, lost);
  await rm(findings.path, { force: true });
}
