import type { Finding } from "#lib/domain/dataset";
import { nextVersionStatus } from "#lib/domain/dataset-version";
import { movedOn } from "#lib/domain/errors";
import { json, jsonOrNull, longTransaction, type Database } from "./database";
import type { VersionFence } from "./fence-version";

export type LabelCounts = { label: string; train: number; validation: number; test: number; unsplit?: number };

export type VersionFigures = {
  format: string;
  /** without dropped ones */
  samples: number;
  unlabelled: number;
  rejected: number;
  /** of all samples together */
  sizeBytes: number;
  labels: LabelCounts[];
  findings: Finding[];
  /** protocol DuplicateSummary */
  duplicates: object;
  /** protocol SplitOptions */
  splitOptions: object | null;
};

/**
 * The rows are all there: calls the version a draft, or, with the digest of its written manifest, ready; what a draft
 * dropped is then gone. Doing it again with the same digest changes nothing.
 * @param digest sha-256 of the manifest, hex; null: it becomes a draft
 * @throws LatheError `moved_on` when the version is not in the fence's status any more
 */
export async function settleDatasetVersion(
  db: Database,
  { fence, digest, figures, now = new Date() }: { fence: Pick<VersionFence, "datasetVersionId" | "status">; digest: string | null; figures: VersionFigures; now?: Date },
): Promise<void> {
  const { datasetVersionId, status } = fence;
  const to = nextVersionStatus(status, digest === null ? "imported" : "frozen");
  await db.$transaction(async (tx) => {
    const { count } = await tx.datasetVersion.updateMany({
      where: { id: datasetVersionId, status },
      data: {
        status: to,
        digest,
        format: figures.format,
        sampleCount: figures.samples,
        unlabelledCount: figures.unlabelled,
        rejectedCount: figures.rejected,
        sizeBytes: BigInt(figures.sizeBytes),
        labels: json(figures.labels),
        findings: json(figures.findings),
        duplicates: json(figures.duplicates),
        splitOptions: jsonOrNull(figures.splitOptions),
        error: jsonOrNull(null),
        readyAt: digest === null ? null : now,
      },
    });
    if (count === 0) {
      const row = await tx.datasetVersion.findUnique({ where: { id: datasetVersionId }, select: { status: true, digest: true } });
      if (row?.status === to && row.digest === digest) return;
      throw movedOn("dataset version", datasetVersionId, [status]);
    }
    if (digest !== null) await tx.sample.deleteMany({ where: { datasetVersionId, dropped: true } });
  }, longTransaction);
}
