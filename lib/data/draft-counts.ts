import type { Split } from "#lib/domain/dataset";

/** What a draft's row says of its samples, without counting them again. */
export type DraftCounts = {
  sampleCount: number;
  unlabelledCount: number;
  sizeBytes: bigint;
  labels: { label: string; train: number; validation: number; test: number; unsplit?: number }[];
};

export type CountedSample = { label: string | null; split: string | null; dropped: boolean; sizeBytes: number };

/** The counts after some samples changed. A label stays in the list at zero: a person may have added it on purpose. */
export function countsAfter(counts: DraftCounts, changes: readonly { before: CountedSample; after: CountedSample }[]): DraftCounts {
  const labels = new Map(counts.labels.map((label) => [label.label, { ...label }]));
  let { sampleCount, unlabelledCount, sizeBytes } = counts;
  const count = ({ label, split, dropped, sizeBytes: bytes }: CountedSample, by: 1 | -1): void => {
    if (dropped) return;
    sampleCount += by;
    sizeBytes += BigInt(by * bytes);
    if (label === null) {
      unlabelledCount += by;
      return;
    }
    const entry = labels.get(label) ?? { label, train: 0, validation: 0, test: 0 };
    if (split === null) entry.unsplit = (entry.unsplit ?? 0) + by;
    else entry[split as Split] += by;
    labels.set(label, entry);
  };
  for (const { before, after } of changes) {
    count(before, -1);
    count(after, 1);
  }
  const sorted = [...labels.values()].sort((a, b) => (a.label < b.label ? -1 : a.label > b.label ? 1 : 0));
  return { sampleCount, unlabelledCount, sizeBytes, labels: sorted };
}
