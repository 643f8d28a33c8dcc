import { LatheError } from "./errors";

export const datasetVersionStatuses = ["importing", "ready", "failed"] as const;
export type DatasetVersionStatus = (typeof datasetVersionStatuses)[number];

export const splits = ["train", "validation", "test"] as const;
export type Split = (typeof splits)[number];

export const rejectionCodes = [
  "not_an_image",
  "truncated",
  "too_large",
  "empty",
  "unsupported_format",
  "no_label",
  "unreadable",
] as const;
export type RejectionCode = (typeof rejectionCodes)[number];

/** One item of a dataset version, frozen in its manifest. */
export type Sample = {
  key: string;
  sizeBytes: number;
  /** hex, of the object's bytes */
  sha256: string;
  label: string;
  split: Split;
  width: number;
  height: number;
};

export type Rejection = { key: string; code: RejectionCode; reason: string };

export type Finding = { code: string; message: string; nextStep: string; count: number };

/** The frozen truth of a dataset version, written to the object store; its sha-256 is the version's digest. */
export type Manifest = {
  format: "lathe-manifest-1";
  dataset: string;
  version: number;
  bucket: string;
  prefix: string;
  /** sorted; a label's place is its label index */
  labels: string[];
  samples: Sample[];
  rejected: Rejection[];
  findings: Finding[];
};

/**
 * The label of a key: the first folder level under the prefix.
 * @returns null when the object lies directly under the prefix
 */
export function labelOfKey(key: string, prefix: string): string | null {
  const rest = key.slice(prefix.length);
  const slash = rest.indexOf("/");
  return slash > 0 ? rest.slice(0, slash) : null;
}

/** What training needs of a dataset: at least two labels, and three pictures of each. */
export function requireTrainable(countByLabel: Record<string, number>): void {
  const labels = Object.keys(countByLabel);
  if (labels.length < 2) {
    throw new LatheError({
      code: "too_few_labels",
      message:
        labels.length === 0
          ? "This dataset has no pictures."
          : `This dataset has one label only, "${labels[0]}": there is nothing to tell apart.`,
      nextStep: "Put the pictures of each label in a folder of its own under the prefix, and make the dataset again.",
      status: 422,
    });
  }
  const small = labels.filter((label) => countByLabel[label]! < 3);
  if (small.length > 0) {
    const named = small.map((label) => `"${label}" has ${countByLabel[label]}`).join(", ");
    throw new LatheError({
      code: "too_few_samples",
      message: `Every label needs at least 3 pictures, one each to train, validate and test on; ${named}.`,
      nextStep: "Add pictures to these folders or remove them, and make the dataset again.",
      status: 422,
    });
  }
}
