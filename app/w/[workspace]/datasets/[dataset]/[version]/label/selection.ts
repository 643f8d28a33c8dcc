/** Places in the list: where the person is, and what is chosen around it. */
export type Selection = { at: number; anchor: number; chosen: ReadonlySet<number> };

export const nowhere: Selection = { at: 0, anchor: 0, chosen: new Set() };

export function only(place: number): Selection {
  return { at: place, anchor: place, chosen: new Set([place]) };
}

export function extendedTo({ anchor }: Selection, place: number): Selection {
  return { at: place, anchor, chosen: new Set(range(anchor, place)) };
}

export function toggled({ chosen }: Selection, place: number): Selection {
  const next = new Set(chosen);
  if (!next.delete(place)) next.add(place);
  return { at: place, anchor: place, chosen: next };
}

export function range(a: number, b: number): number[] {
  const first = Math.min(a, b);
  return Array.from({ length: Math.abs(a - b) + 1 }, (_, i) => first + i);
}

/** A step in a grid; it ends at the rim. */
export function stepped(place: number, by: "left" | "right" | "up" | "down", columns: number, count: number): number {
  const to = place + { left: -1, right: 1, up: -columns, down: columns }[by];
  return to < 0 || to >= count ? place : to;
}

/** The next place that fits after this one, and if there is none, the first before it; null when none is left. */
export function nextWhere(place: number, count: number, fits: (place: number) => boolean): number | null {
  for (let i = 1; i <= count; i++) {
    const candidate = (place + i) % count;
    if (candidate !== place && fits(candidate)) return candidate;
  }
  return null;
}
