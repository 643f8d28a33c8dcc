/**
 * Exponential moving average of a noisy curve, corrected for its start so that the first value is not dragged to zero
 * (the correction of Adam: Kingma and Ba, 2014, section 3).
 * @param amount 0 keeps the values as they are, towards 1 smooths more; clamped to [0, 0.999]
 * @returns as many values; a missing one stays missing and does not move the average
 */
export function smooth(values: readonly (number | null)[], amount: number): (number | null)[] {
  const keep = Math.min(0.999, Math.max(0, amount));
  if (keep === 0) return [...values];
  let average = 0;
  let weight = 0;
  return values.map((value) => {
    if (value === null) return null;
    average = keep * average + (1 - keep) * value;
    weight = keep * weight + (1 - keep);
    return average / weight;
  });
}
