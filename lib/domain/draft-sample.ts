import type { Box, ReviewState, Split } from "./dataset";
import { LatheError } from "./errors";

/** What labelling may change of a sample, and what its counts depend on. */
export type DraftSample = {
  label: string | null;
  state: ReviewState;
  dropped: boolean;
  boxes: readonly Box[];
  split: Split | null;
  sizeBytes: number;
};

/** What is set; what is left out stays. */
export type DraftChange = {
  label?: string | null | undefined;
  state?: ReviewState | undefined;
  dropped?: boolean | undefined;
  boxes?: readonly Box[] | undefined;
};

/**
 * The sample as the change leaves it. A label that is set makes it labelled and one that is cleared makes it unlabelled,
 * unless the change says which state it means. The side of the split stays, so that undoing brings everything back.
 * @throws LatheError `state_contradicts_label`, `invalid_box`
 */
export function changeSample<Sample extends DraftSample>(sample: Sample, change: DraftChange): Sample {
  const label = change.label === undefined ? sample.label : change.label;
  const boxes = change.boxes ?? sample.boxes;
  const changed = {
    ...sample, label, boxes: boxes.map(orderedBox), dropped: change.dropped ?? sample.dropped,
    state: change.state ?? stateAfter(sample, change),
  };
  requireFittingState(changed);
  return changed;
}

function stateAfter(sample: DraftSample, change: DraftChange): ReviewState {
  if (change.label !== undefined && change.label !== null) return "labelled";
  if (change.label === null) return "unlabelled";
  // Drawing the first box is labelling too.
  if (change.boxes && change.boxes.length > 0 && sample.state === "unlabelled") return sample.label === null ? "unlabelled" : "labelled";
  return sample.state;
}

function requireFittingState({ label, state, boxes }: DraftSample): void {
  const something = label !== null || boxes.length > 0;
  if (state === "to-review" || (state === "unlabelled" ? label === null : something)) return;
  throw new LatheError({
    code: "state_contradicts_label",
    message: state === "unlabelled" ? `A sample with the label "${label}" is not unlabelled.` : `A sample without label and boxes cannot be ${state}.`,
    nextStep: state === "unlabelled" ? "Clear its label as well." : "Give it a label first.",
    status: 422,
  });
}

/** @throws LatheError `invalid_box` for one without an area */
function orderedBox({ label, left, top, right, bottom }: Box): Box {
  if (left !== right && top !== bottom) {
    return { label, left: Math.min(left, right), top: Math.min(top, bottom), right: Math.max(left, right), bottom: Math.max(top, bottom) };
  }
  throw new LatheError({
    code: "invalid_box",
    message: `A box of the label "${label}" has no area.`,
    nextStep: "Draw it with a width and a height.",
    status: 422,
  });
}

/** Whether all that a change asks for is so already: asking twice is as good as asking once. */
export function isAlready(sample: DraftSample, change: DraftChange): boolean {
  return (
    (change.label === undefined || change.label === sample.label) &&
    (change.state === undefined || change.state === sample.state) &&
    (change.dropped === undefined || change.dropped === sample.dropped) &&
    (change.boxes === undefined || sameBoxes(change.boxes, sample.boxes))
  );
}

export function sameBoxes(a: readonly Box[], b: readonly Box[]): boolean {
  return a.length === b.length && a.every((box, i) => sameBox(box, b[i]!));
}

function sameBox(a: Box, b: Box): boolean {
  return a.label === b.label && a.left === b.left && a.top === b.top && a.right === b.right && a.bottom === b.bottom;
}
