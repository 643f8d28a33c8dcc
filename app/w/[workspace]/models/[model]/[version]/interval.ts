/**
 * Wilson's score interval for a share measured on a few samples (Wilson, 1927): where the true accuracy lies with
 * 95 % certainty. Unlike the normal approximation it stays within [0, 1] and is not empty at 0 or 1.
 * @param share in [0, 1], measured on `samples`
 */
export function wilsonInterval(share: number, samples: number): { low: number; high: number } {
  if (samples <= 0) return { low: 0, high: 1 };
  const z = 1.959964; // of the standard normal at 97.5 %
  const z2 = z * z;
  const centre = (share + z2 / (2 * samples)) / (1 + z2 / samples);
  const half = (z / (1 + z2 / samples)) * Math.sqrt((share * (1 - share)) / samples + z2 / (4 * samples * samples));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
