/** Pure parts of DataTable: which rows are shown, in which order. */

export type SortValue = string | number | null | undefined;

export function sortRows<Row>(rows: readonly Row[], valueOf: (row: Row) => SortValue, descending: boolean, locale: string): Row[] {
  const collator = new Intl.Collator(locale, { numeric: true, sensitivity: "base" });
  return rows
    .map((row, place) => ({ row, place, value: valueOf(row) }))
    .sort((a, b) => {
      // What is not known stands last whichever way one sorts.
      const aMissing = a.value === null || a.value === undefined;
      const bMissing = b.value === null || b.value === undefined;
      if (aMissing || bMissing) return Number(aMissing) - Number(bMissing) || a.place - b.place;
      const order =
        typeof a.value === "number" && typeof b.value === "number" ? a.value - b.value : collator.compare(String(a.value), String(b.value));
      return (descending ? -order : order) || a.place - b.place;
    })
    .map(({ row }) => row);
}

/** Every word of the search must occur somewhere in the row's text. */
export function matchesSearch(text: string, search: string): boolean {
  const haystack = text.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word));
}

/** "-size" → {key: "size", descending: true} */
export function parseSort(text: string): { key: string; descending: boolean } {
  return text.startsWith("-") ? { key: text.slice(1), descending: true } : { key: text, descending: false };
}

/** The keys from `from` to `to`, both in, in the order shown: what shift-click selects. */
export function keysBetween(keys: readonly string[], from: string, to: string): string[] {
  const a = keys.indexOf(from);
  const b = keys.indexOf(to);
  if (a < 0 || b < 0) return [to];
  return keys.slice(Math.min(a, b), Math.max(a, b) + 1);
}
