import type { Box } from "#lib/domain/dataset";

/** -1 the left or upper edge, 1 the other one, 0 neither. */
export type Handle = { x: -1 | 0 | 1; y: -1 | 0 | 1 };
export const handles: readonly Handle[] = [-1, 0, 1].flatMap((y) => [-1, 0, 1].map((x) => ({ x, y }) as Handle)).filter(({ x, y }) => x !== 0 || y !== 0);

const least = 0.004;

/** A box with its corners in order, inside the picture, and large enough to be seen. */
export function tidied({ label, left, top, right, bottom }: Box): Box {
  const [l, r] = ordered(left, right);
  const [t, b] = ordered(top, bottom);
  return { label, left: l, top: t, right: r, bottom: b };
}

function ordered(a: number, b: number): [number, number] {
  const low = clamp(Math.min(a, b));
  const high = clamp(Math.max(a, b));
  if (high - low >= least) return [round(low), round(high)];
  const from = Math.min(low, 1 - least);
  return [round(from), round(from + least)];
}

/** The whole box, as far as the picture goes. */
export function moved(box: Box, dx: number, dy: number): Box {
  const x = Math.min(1 - box.right, Math.max(-box.left, dx));
  const y = Math.min(1 - box.bottom, Math.max(-box.top, dy));
  return { ...box, left: round(box.left + x), right: round(box.right + x), top: round(box.top + y), bottom: round(box.bottom + y) };
}

/** One edge or corner of it. */
export function resized(box: Box, { x, y }: Handle, dx: number, dy: number): Box {
  return tidied({
    label: box.label,
    left: x === -1 ? box.left + dx : box.left, right: x === 1 ? box.right + dx : box.right,
    top: y === -1 ? box.top + dy : box.top, bottom: y === 1 ? box.bottom + dy : box.bottom,
  });
}

const clamp = (value: number): number => Math.min(1, Math.max(0, value));
/** A millionth of a picture's side is less than a pixel. */
const round = (value: number): number => Math.round(value * 1e6) / 1e6;
