import { LatheError } from "./errors";

export { datasetVersionStatuses, type DatasetVersionStatus } from "./dataset-version";

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
  /** a row of a table names a file that is not there */
  "missing_file",
  /** a file that no row of the table names */
  "not_named",
  /** two rows say different things of one file */
  "contradicting_rows",
  /** a line of a table or annotation that says nothing that can be read */
  "bad_row",
  /** a label that is empty, too long, of a wrong type, or an index that stands for none */
  "bad_label",
  /** a box outside the picture, without area, or of numbers that are none */
  "bad_box",
  /** a column of a table that is not read */
  "unknown_column",
  /** a text without its picture, or an annotation without its image */
  "no_picture",
  /** a key that cannot be stored as text */
  "bad_key",
] as const;
export type RejectionCode = (typeof rejectionCodes)[number];

/** How far a person has got with a sample. */
export const reviewStates = ["unlabelled", "labelled", "to-review", "accepted"] as const;
export type ReviewState = (typeof reviewStates)[number];

/** A thing in a picture, for detection: its corners as shares of width and height, 0 to 1 from the top left. */
export type Box = { label: string; left: number; top: number; right: number; bottom: number };

/** How labels and splits are read from what lies under a prefix, and how they are written by an export. */
export const datasetFormats = [
  /** the first folder level is the label */
  "folders",
  /** train, val or validation, test; below each the label, as ImageNet's copies are laid out */
  "split-folders",
  /** a table `key,label[,split]`, keys relative to the prefix */
  "csv",
  /** ModelArts' manifest: one JSON a line */
  "modelarts",
  /** `10.jpg` beside `10.txt`, which holds its label */
  "text-pairs",
  /** Fashion-MNIST's idx files, gzipped or not */
  "idx",
  /** COCO's JSON of boxes */
  "coco",
  /** YOLO's text of boxes beside each picture */
  "yolo",
  /** no labels yet: every picture under the prefix */
  "unlabelled",
] as const;
export type DatasetFormat = (typeof datasetFormats)[number];

/** One item of a dataset version, frozen in its manifest. */
export type Sample = {
  key: string;
  sizeBytes: number;
  /** hex, of the object's bytes */
  sha256: string;
  /** null: nobody has said yet; training leaves it out */
  label: string | null;
  /** null exactly when the label is */
  split: Split | null;
  width: number;
  height: number;
  boxes?: Box[];
};

export type LabelledSample = Sample & { label: string; split: Split };

export function isLabelled(sample: Sample): sample is LabelledSample {
  return sample.label !== null;
}

export type Rejection = { key: string; code: RejectionCode; reason: string };

/** Something a person should look at. `count` samples, or labels, are concerned; the gallery can show just those samples. */
export type Finding = { code: string; message: string; nextStep: string; count: number; labels?: string[] };

/** Groups of pictures that are the same or nearly so. Those of a group always stand on one side of the split. */
export const duplicateKinds = ["exact", "near"] as const;
export type DuplicateKind = (typeof duplicateKinds)[number];

/**
 * What splitting without regard to duplicates would have done: of `testSamples` held-out pictures, `leakedSamples` would
 * have had a twin among those trained on. Both are expected values of a split by chance with the same shares.
 */
export type Leak = { testSamples: number; leakedSamples: number };

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
