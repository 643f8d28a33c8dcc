/** [label][predicted label], counts. */
export type Confusion = readonly (readonly number[])[];

export type ConfusedPair = { label: number; predicted: number; count: number; of: number };

export function rowTotal(row: readonly number[]): number {
  return row.reduce((sum, count) => sum + count, 0);
}

/** How many samples of a label were called so, as a share of that label's samples; 0 for a label without any. */
export function shareOf(confusion: Confusion, label: number, predicted: number): number {
  const row = confusion[label] ?? [];
  const total = rowTotal(row);
  return total === 0 ? 0 : (row[predicted] ?? 0) / total;
}

/** The mix-ups that happen, most frequent first; equal ones by share of their label. */
export function confusedPairs(confusion: Confusion): ConfusedPair[] {
  return confusion
    .flatMap((row, label) => row.map((count, predicted) => ({ label, predicted, count, of: rowTotal(row) })))
    .filter(({ label, predicted, count }) => label !== predicted && count > 0)
    .sort((a, b) => b.count - a.count || b.count / b.of - a.count / a.of);
}

/** Where an arrow key leads in a matrix of `size` labels. */
export function stepIn(size: number, from: { label: number; predicted: number }, key: string): { label: number; predicted: number } | null {
  const clamp = (value: number) => Math.min(size - 1, Math.max(0, value));
  const { label, predicted } = from;
  switch (key) {
    case "ArrowUp":
      return { label: clamp(label - 1), predicted };
    case "ArrowDown":
      return { label: clamp(label + 1), predicted };
    case "ArrowLeft":
      return { label, predicted: clamp(predicted - 1) };
    case "ArrowRight":
      return { label, predicted: clamp(predicted + 1) };
    case "Home":
      return { label, predicted: 0 };
    case "End":
      return { label, predicted: size - 1 };
    default:
      return null;
  }
}
