/** How fast bytes go, smoothed so that the figure can be read. Null until there is enough to tell. */
export type Speed = { readonly bytesPerSecond: number | null; readonly sinceMs: number; readonly pendingBytes: number };

export const noSpeed: Speed = { bytesPerSecond: null, sinceMs: 0, pendingBytes: 0 };

const sampleMs = 500;
/** the weight of a sample falls to 1/e after this long */
const memoryMs = 5000;

/**
 * An exponentially weighted mean over samples of at least half a second: with samples of equal length it forgets as
 * 1 - exp(-dt / memory), and a long silence counts as the long sample of nothing that it is.
 * @param addedBytes sent since the last call
 */
export function measureSpeed(speed: Speed, addedBytes: number, nowMs: number): Speed {
  if (speed.sinceMs === 0) return addedBytes > 0 ? { bytesPerSecond: null, sinceMs: nowMs, pendingBytes: 0 } : speed;
  const pendingBytes = speed.pendingBytes + addedBytes;
  const elapsedMs = nowMs - speed.sinceMs;
  if (elapsedMs < sampleMs) return addedBytes > 0 ? { ...speed, pendingBytes } : speed;
  const rate = (pendingBytes / elapsedMs) * 1000;
  const weight = 1 - Math.exp(-elapsedMs / memoryMs);
  const bytesPerSecond = speed.bytesPerSecond === null ? rate : speed.bytesPerSecond + weight * (rate - speed.bytesPerSecond);
  return { bytesPerSecond, sinceMs: nowMs, pendingBytes: 0 };
}

/** @returns null while unknown or standing still */
export function remainingMs(remainingBytes: number, speed: Speed): number | null {
  if (speed.bytesPerSecond === null || speed.bytesPerSecond < 1) return null;
  return (remainingBytes / speed.bytesPerSecond) * 1000;
}
