import type { Finding, Rejection, Sample } from "#lib/domain/dataset";
import { movedOn } from "#lib/domain/errors";
import { json, longTransaction, type Database } from "./database";

/** PostgreSQL takes 65,535 parameters a statement; a sample has nine. */
const batchRows = 2_000;

export type LabelCounts = { label: string; train: number; validation: number; test: number };

/**
 * The manifest is written: put its rows beside it and call the version ready, all or nothing. Doing it again with the
 * same digest changes nothing.
 * @param digest sha-256 of the manifest, hex
 * @param samples in manifest order
 * @throws LatheError `moved_on` when the version is not importing any more
 */
export async function completeDatasetVersion(
  db: Database,
  options: {
    datasetVersionId: string;
    digest: string;
    labels: LabelCounts[];
    findings: Finding[];
    samples: readonly Sample[];
    rejections: readonly Rejection[];
    /** of all samples together */
    sizeBytes: number;
    now?: Date;
  },
): Promise<void> {
  const { datasetVersionId, digest, samples, rejections } = options;
  await db.$transaction(async (tx) => {
    // The guarded update comes first: it locks the row, so that two attempts cannot both write samples.
    const { count } = await tx.datasetVersion.updateMany({
      where: { id: datasetVersionId, status: "importing" },
      data: {
        status: "ready",
        digest,
        sampleCount: samples.length,
        rejectedCount: rejections.length,
        sizeBytes: BigInt(options.sizeBytes),
        labels: json(options.labels),
        findings: json(options.findings),
        readyAt: options.now ?? new Date(),
      },
    });
    if (count === 0) {
      const row = await tx.datasetVersion.findUnique({ where: { id: datasetVersionId }, select: { status: true, digest: true } });
      if (row?.status === "ready" && row.digest === digest) return;
      throw movedOn("dataset version", datasetVersionId, ["importing"]);
    }
    for (let start = 0; start < samples.length; start += batchRows) {
      await tx.sample.createMany({
        data: samples.slice(start, start + batchRows).map((sample, i) => ({ datasetVersionId, index: start + i, ...sampleColumns(sample) })),
      });
    }
    for (let start = 0; start < rejections.length; start += batchRows) {
      await tx.rejection.createMany({
        data: rejections
          .slice(start, start + batchRows)
          .map(({ key, code, reason }, i) => ({ datasetVersionId, index: start + i, key, code, reason })),
      });
    }
  }, longTransaction);
}

function sampleColumns({ key, label, split, sha256, sizeBytes, width, height }: Sample) {
  return { key, label, split, sha256, sizeBytes, width, height };
}
