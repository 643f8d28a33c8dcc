export type YRange = { low: number; high: number; /** values the range leaves out */ beyond: number };

const leastValues = 12;
const farSpreads = 3;

/**
 * Where the y axis begins and ends. A training often starts with one validation loss ten times the rest, and an axis that
 * holds it makes all other values one flat line; with `cutOutliers` such values lie beyond the top and are counted.
 * @param values null stands for a value that is no number
 */
export function yRange(values: readonly (number | null | undefined)[], cutOutliers: boolean): YRange {
  const known = values.filter((value): value is number => value !== null && value !== undefined && Number.isFinite(value)).sort((a, b) => a - b);
  const least = known[0];
  const most = known.at(-1);
  if (least === undefined || most === undefined) return { low: 0, high: 1, beyond: 0 };
  let top = most;
  if (cutOutliers && known.length >= leastValues) {
    const at = (share: number) => known[Math.min(known.length - 1, Math.floor(share * known.length))]!;
    const limit = at(0.95) + farSpreads * (at(0.95) - at(0.05));
    if (limit > least && most > limit) top = known.findLast((value) => value <= limit)!;
  }
  const beyond = known.length - known.findLastIndex((value) => value <= top) - 1;
  return { ...pad(least, top), beyond };
}

/** A little air above and below; a flat curve stands in the middle, and what is never negative does not begin below 0. */
function pad(low: number, high: number): { low: number; high: number } {
  if (low === high) return low === 0 ? { low: 0, high: 1 } : { low: low - Math.abs(low) * 0.1, high: high + Math.abs(high) * 0.1 };
  const air = (high - low) * 0.06;
  return { low: low >= 0 && low - air < 0 ? 0 : low - air, high: high + air };
}
