export type Point = { x: number; y: number | null };

/** Several curves over one shared x axis: `xs` ascending without repeats, each of `ys` as long as `xs`. */
export type Aligned = { xs: number[]; ys: (number | null)[][] };

/**
 * Puts curves measured at different places on one axis. Where a curve has no value it is null; where it has two (a step
 * done again by a second attempt) the later one counts.
 */
export function alignSeries(curves: readonly (readonly Point[])[]): Aligned {
  const xs = [...new Set(curves.flatMap((curve) => curve.map((point) => point.x)))].sort((a, b) => a - b);
  const place = new Map(xs.map((x, index) => [x, index]));
  const ys = curves.map((curve) => {
    const column = new Array<number | null>(xs.length).fill(null);
    for (const { x, y } of curve) column[place.get(x)!] = y;
    return column;
  });
  return { xs, ys };
}

/** The place in ascending `xs` nearest to `x`; -1 when there is none. */
export function nearestIndex(xs: readonly number[], x: number): number {
  if (xs.length === 0) return -1;
  let low = 0;
  let high = xs.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle]! <= x) low = middle;
    else high = middle;
  }
  return Math.abs(xs[low]! - x) <= Math.abs(xs[high]! - x) ? low : high;
}

/** A curve's value at a place of the shared axis, or the last one before it: curves are measured at different steps. */
export function valueAt(column: readonly (number | null)[], index: number): number | null {
  for (let i = Math.min(index, column.length - 1); i >= 0; i--) {
    const value = column[i];
    if (value !== null && value !== undefined) return value;
  }
  return null;
}
