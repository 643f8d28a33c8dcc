import { createHash } from "node:crypto";
import type { Finding, LabelledSample, Rejection, Split } from "#lib/domain/dataset";
import { LatheError } from "#lib/domain/errors";
import type { LabelCount } from "#lib/protocol/datasets";
import { splitSamples } from "#lib/nn/split";
import { findFindings } from "./findings";

/** The same pictures are split the same way in every version of every dataset. */
const splitSeed = 0;

/** The frozen truth of a dataset version, written to the object store; its sha-256 is the version's digest. */
export type Manifest = {
  format: "lathe-manifest-1";
  dataset: string;
  version: number;
  bucket: string;
  prefix: string;
  /** sorted; a label's place is its label index */
  labels: string[];
  samples: LabelledSample[];
  rejected: Rejection[];
  findings: Finding[];
};

export type UnsplitSample = Omit<LabelledSample, "split">;

export type BuiltManifest = {
  manifest: Manifest;
  /** what is stored: JSON with every field in its place, so that the same content has the same digest */
  bytes: Buffer;
  /** sha-256 of `bytes`, hex */
  digest: string;
  labelCounts: LabelCount[];
  sizeBytes: number;
};

/**
 * The frozen truth of what was found. A dataset that cannot be trained on is frozen too, all of it on the training side,
 * with the reason among its findings.
 * @param samples in the store's order of keys
 */
export function buildManifest(
  about: Pick<Manifest, "dataset" | "version" | "bucket" | "prefix">,
  samples: readonly UnsplitSample[],
  rejected: readonly Rejection[],
): BuiltManifest {
  const { sides, finding } = split(samples);
  const complete = samples.map(({ key, sizeBytes, sha256, label, width, height }, i) => ({ key, sizeBytes, sha256, label, split: sides[i]!, width, height }));
  const labels = [...new Set(samples.map(({ label }) => label))].sort();
  const findings = [...(finding ? [finding] : []), ...findFindings(complete, rejected)];
  const manifest: Manifest = {
    format: "lathe-manifest-1",
    dataset: about.dataset,
    version: about.version,
    bucket: about.bucket,
    prefix: about.prefix,
    labels,
    samples: complete,
    rejected: rejected.map(({ key, code, reason }) => ({ key, code, reason })),
    findings,
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  const counts = new Map(labels.map((label) => [label, { label, train: 0, validation: 0, test: 0 }]));
  for (const sample of complete) counts.get(sample.label)![sample.split]++;
  return {
    manifest,
    bytes,
    digest: createHash("sha256").update(bytes).digest("hex"),
    labelCounts: [...counts.values()],
    sizeBytes: complete.reduce((sum, sample) => sum + sample.sizeBytes, 0),
  };
}

function split(samples: readonly UnsplitSample[]): { sides: Split[]; finding: Finding | null } {
  if (samples.length === 0) return { sides: [], finding: null };
  try {
    const sides = splitSamples(samples.map(({ label, sha256 }) => ({ label, group: sha256 })), { seed: splitSeed });
    return { sides, finding: null };
  } catch (error) {
    if (!(error instanceof LatheError)) throw error;
    const { code, message, nextStep } = error;
    return { sides: samples.map(() => "train"), finding: { code, message, nextStep, count: samples.length } };
  }
}
