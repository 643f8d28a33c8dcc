import { z } from "zod";
import { findBucket } from "#lib/data/find-bucket";
import { listExportRows, type ExportRow } from "#lib/data/list-export-rows";
import { datasetFormats } from "#lib/domain/dataset";
import { LatheError } from "#lib/domain/errors";
import { box } from "#lib/protocol/samples";
import { problemOf } from "../work/words";
import { Stopped, type Execution, type Outcome } from "./execution";
import type { ExportSample } from "./export/layout";
import { writeExport } from "./export/write-export";

const params = z.object({ format: z.enum(datasetFormats).exclude(["unlabelled"]), bucket: z.string(), prefix: z.string() });
const pageRows = 2_000;

/** Writes a ready version under a prefix, in a format that others read. */
export async function exportDataset(execution: Execution): Promise<Outcome> {
  const { input, db, store, stop, lost, log, persist, requireHeld } = execution;
  const version = input.datasetVersion;
  if (!version) throw new LatheError({ code: "dataset_gone", message: "The dataset of this job was deleted.", nextStep: "Make it again.", status: 404 });
  const { workspaceId } = input;
  const signal = AbortSignal.any([stop, lost]);
  try {
    const { digest } = version;
    if (version.status !== "ready" || digest === null) throw notReady(version);
    const { format, bucket, prefix } = params.parse(input.params);
    // Buckets may have gone to another workspace since the job was asked for.
    for (const name of new Set([version.bucket, bucket])) await persist(() => findBucket(db, { bucket: name, workspaceId }));
    execution.progress({ phase: "preparing", fraction: 0, epoch: null, epochs: null, remainingMs: null });
    const beganMs = Date.now();
    const { samples, copied } = await writeExport(
      { format, bucket, prefix, digest, dataset: version.dataset, version: version.version, sourceBucket: version.bucket, sourcePrefix: version.prefix },
      {
        store, signal, log, requireHeld,
        async *samples() {
          for (let after = -1; ; ) {
            signal.throwIfAborted();
            const from = after;
            const rows = await persist(() => listExportRows(db, { datasetVersionId: version.id, after: from, limit: pageRows }));
            for (const row of rows) yield toSample(row);
            if (rows.length < pageRows) return;
            after = rows.at(-1)!.index;
          }
        },
        progress(done, of) {
          const elapsedMs = Date.now() - beganMs;
          const remainingMs = elapsedMs > 2_000 ? Math.round((elapsedMs / done) * (of - done)) : null;
          execution.progress({ phase: "exporting", fraction: done / of, epoch: null, epochs: null, remainingMs });
        },
      },
    );
    return { stopReason: "completed", result: { model: null, dataset: `${version.dataset}@${version.version}`, metrics: { samples, copied } }, error: null };
  } catch (thrown) {
    lost.throwIfAborted();
    if (stop.aborted || thrown instanceof Stopped) return { stopReason: "stopped", result: null, error: null };
    const error = problemOf(thrown);
    if (error.code === "unexpected_error") throw thrown;
    return { stopReason: "error", result: null, error };
  }
}

function toSample({ label, split, boxes, ...rest }: ExportRow): ExportSample {
  return { ...rest, label, split: split as ExportSample["split"], boxes: boxes === null ? [] : z.array(box).parse(boxes) };
}

export function notReady({ dataset, version, status }: { dataset: string; version: number; status: string }): LatheError {
  return new LatheError({
    code: "version_not_ready",
    message: `${dataset}@${version} is ${status}: only a version that is ready can be exported.`,
    nextStep: "Freeze it, or wait until it is ready.",
    status: 409,
  });
}
