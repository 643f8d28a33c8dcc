/**
 * Scales shares so that they sum to `percent`, keeping their proportions (largest remainder).
 * @returns whole percents, [] for no shares
 */
export function shareTraffic(shares: readonly number[], percent: number): number[] {
  const total = shares.reduce((sum, share) => sum + share, 0);
  if (total <= 0) return shares.map(() => 0);
  const exact = shares.map((share) => (share * percent) / total);
  const whole = exact.map(Math.floor);
  const left = percent - whole.reduce((sum, share) => sum + share, 0);
  const byRemainder = exact.map((value, i) => ({ i, rest: value - whole[i]! })).sort((a, b) => b.rest - a.rest);
  for (const { i } of byRemainder.slice(0, left)) whole[i]!++;
  return whole;
}
