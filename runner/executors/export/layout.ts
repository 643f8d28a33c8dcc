import type { Box, DatasetFormat, Split } from "#lib/domain/dataset";

/** A sample as an export sees it. */
export type ExportSample = {
  index: number;
  key: string;
  etag: string;
  label: string | null;
  split: Split | null;
  sha256: string;
  sizeBytes: number;
  width: number;
  height: number;
  boxes: Box[];
};

/** Read as often as a layout needs, from the first sample on. */
export type Samples = () => AsyncIterable<ExportSample>;

/** What has to be known of all samples before the first is written. */
export type Facts = {
  samples: number;
  unlabelled: number;
  /** labels of pictures, sorted */
  labels: string[];
  /** labels of boxes, sorted */
  boxLabels: string[];
  withBoxes: number;
  sides: Set<Split | null>;
  /** whether every labelled key begins with its label's folder, or with its split's and its label's, below the version's prefix */
  inLabelFolders: boolean;
  inSplitFolders: boolean;
  /** how many labelled pictures there are on each side */
  labelledOn: Record<Split, number>;
  /** `width × height` of labelled pictures; no more than two are kept */
  sizes: string[];
};

export type Target = { dataset: string; version: number; sourceBucket: string; sourcePrefix: string; bucket: string; prefix: string; facts: Facts; /** a picture's bytes, checked */ read(sample: ExportSample): Promise<Buffer> };

/** How a format lays a version out under a prefix; names are relative to it. */
export type Layout = {
  /** where the picture is copied to; null: it stays where it is */
  place(sample: ExportSample, ending: string): string | null;
  /** a small file of its own to a sample */
  beside?(sample: ExportSample): { name: string; text: string } | null;
  /** written when all pictures are there, the file that makes it a data set last */
  files: { name: string; contentType: string; text(samples: Samples): AsyncIterable<string | Uint8Array> }[];
  /** what the format cannot say of this version */
  loses: string[];
};

export type MakeLayout = (target: Target) => Layout;

export type ExportFormat = Exclude<DatasetFormat, "unlabelled">;

/** A sample's key below the version's prefix. */
export function below(prefix: string, key: string): string {
  return key.startsWith(prefix) ? key.slice(prefix.length) : key;
}

/** A million samples get seven digits, so that their order is that of their names. */
export function numbered(index: number): string {
  return String(index).padStart(7, "0");
}

export function notRepresented(count: number, what: string): string[] {
  return count === 0 ? [] : [`${count} ${what}`];
}

/** At most four digits behind the point: a ten-thousandth of a pixel. */
export function rounded(value: number): number {
  return Number(value.toFixed(4));
}
