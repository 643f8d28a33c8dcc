import { z } from "zod";
import { splits, type Finding, type Rejection } from "#lib/domain/dataset";
import { finding } from "#lib/protocol/datasets";
import { manifestRejection, manifestSample, type ManifestHeader, type ManifestSample } from "./format";

/** As versions before the lines were written: one JSON, every sample labelled. */
const firstManifest = z.object({
  format: z.literal("lathe-manifest-1"),
  dataset: z.string(), version: z.number().int(), bucket: z.string(), prefix: z.string(), labels: z.array(z.string()),
  samples: z.array(manifestSample.extend({ label: z.string(), split: z.enum(splits) })),
  rejected: z.array(manifestRejection),
  findings: z.array(finding),
});

/** @returns null when it is not of that format */
export function readFirstManifest(value: unknown): { header: ManifestHeader; samples: ManifestSample[]; rejected: Rejection[]; findings: Finding[] } | null {
  if ((value as { format?: unknown }).format !== "lathe-manifest-1") return null;
  const { dataset, version, bucket, prefix, labels, samples, rejected, findings } = firstManifest.parse(value);
  const counts = new Map(labels.map((label) => [label, { label, train: 0, validation: 0, test: 0 }]));
  for (const { label, split } of samples) counts.get(label)![split]++;
  return {
    header: {
      format: "lathe-manifest-2", dataset, version, bucket, prefix, base: null, split: null, labels: [...counts.values()],
      samples: samples.length, unlabelled: 0, rejected: rejected.length, sizeBytes: samples.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    },
    samples, rejected, findings,
  };
}
