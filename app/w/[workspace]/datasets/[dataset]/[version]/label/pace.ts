/** A pause longer than this is no labelling. */
const pauseMs = 60_000;
const windowMs = 5 * 60_000;

export type Pace = { perMinute: number; /** for what is left; null: nothing to go by */ leftMs: number | null };

/**
 * How fast a person labels, by the last minutes' labels, pauses left out.
 * @param atMs when each label was given, oldest first
 */
export function paceOf(atMs: readonly number[], nowMs: number, left: number): Pace | null {
  const recent = atMs.filter((each) => nowMs - each <= windowMs);
  if (recent.length < 5) return null;
  let busyMs = 0;
  for (let i = 1; i < recent.length; i++) busyMs += Math.min(pauseMs, recent[i]! - recent[i - 1]!);
  if (busyMs <= 0) return null;
  const perMs = (recent.length - 1) / busyMs;
  return { perMinute: perMs * 60_000, leftMs: left > 0 ? left / perMs : null };
}
