import { splits, type Box, type RejectionCode, type Split } from "#lib/domain/dataset";

export const maxLabelCharacters = 255;
export const maxBoxes = 1000;

export type LabelProblem = { code: RejectionCode; reason: string };

/** A label as it will be kept: any text, `<script>` too, without blanks around it. */
export function checkLabel(text: string): { label: string } | LabelProblem {
  const label = text.trim();
  if (label === "") return { code: "no_label", reason: "its label is empty" };
  if (label.length > maxLabelCharacters) return { code: "bad_label", reason: `its label has ${label.length} characters, ${maxLabelCharacters} are allowed` };
  if (/\p{Cc}/u.test(label)) return { code: "bad_label", reason: `its label ${JSON.stringify(label)} holds a control character` };
  if (label.includes("\ufffd") || /\p{Cs}/u.test(label)) return { code: "bad_label", reason: "its label is not valid Unicode: save the file as UTF-8" };
  return { label };
}

const wordsOfSplits: Record<string, Split> = {
  train: "train", training: "train",
  val: "validation", valid: "validation", validation: "validation", eval: "validation", dev: "validation",
  test: "test", testing: "test",
};

/** What people call the sides, in any case. @returns null for any other word */
export function splitOfWord(word: string): Split | null {
  return wordsOfSplits[word.trim().toLowerCase()] ?? null;
}

/** The split that a file's name speaks of: `instances_val2017.json`, `train.csv`. */
export function splitOfName(name: string): Split | null {
  for (const part of name.toLowerCase().split(/[^a-z]+/)) {
    const split = wordsOfSplits[part];
    if (split) return split;
  }
  return null;
}

/** The words under which exports write the sides: ImageNet's and YOLO's. */
export const splitFolders: Record<Split, string> = { train: "train", validation: "val", test: "test" };

export { splits };

/** The picture's own label: the one that all its boxes have. */
export function labelOfBoxes(boxes: readonly Box[]): string | null {
  const label = boxes[0]?.label;
  return label !== undefined && boxes.every((box) => box.label === label) ? label : null;
}

/**
 * A box from its corners as shares of the picture.
 * @returns what is wrong with it, or the box; what sticks out by rounding (a thousandth) is cut off
 */
export function makeBox(label: string, corners: { left: number; top: number; right: number; bottom: number }): Box | string {
  const cut = (value: number) => Math.min(1, Math.max(0, value));
  const { left, top, right, bottom } = corners;
  const all = [left, top, right, bottom];
  if (!all.every(Number.isFinite)) return "its corners are not numbers";
  if (all.some((value) => value < -0.001 || value > 1.001)) return "it lies outside the picture";
  const box = { label, left: cut(left), top: cut(top), right: cut(right), bottom: cut(bottom) };
  return box.right > box.left && box.bottom > box.top ? box : "it has no area";
}

export const pictureEnding = /\.(jpe?g|png|webp|gif|avif|tiff?|bmp|heic|jfif)$/i;

/** Everything before the last dot of the last segment. */
export function stemOf(key: string): string {
  const dot = key.lastIndexOf(".");
  return dot > key.lastIndexOf("/") ? key.slice(0, dot) : key;
}

export function nameOf(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}
