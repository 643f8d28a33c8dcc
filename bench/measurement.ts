/** One figure beside the same figure of somebody else, measured in the same run. */
export type Measurement = {
  case: string;
  value: number;
  unit: string;
  /** which way is better */
  better: "more" | "less";
  /** null when nothing to compare with is installed here */
  reference: { name: string; value: number } | null;
};

/** How many times better than the reference: 2 is twice the speed, or half the memory. */
export function ratioOf({ value, better, reference }: Measurement): number | null {
  if (!reference) return null;
  return better === "more" ? value / reference.value : reference.value / value;
}

/** The public form of a figure (see README.md): one line, a JSON object. */
export function jsonLine(measurement: Measurement): string {
  const ratio = ratioOf(measurement);
  return JSON.stringify({
    case: measurement.case,
    value: significant(measurement.value),
    unit: measurement.unit,
    reference: measurement.reference?.name ?? null,
    referenceValue: measurement.reference ? significant(measurement.reference.value) : null,
    ratio: ratio === null ? null : significant(ratio),
  });
}

const headings = ["case", "value", "unit", "reference", "its value", "ratio"];

/** The same figures for people; figures to the right, words to the left. */
export function table(measurements: readonly Measurement[]): string {
  const rows = measurements.map((measurement) => {
    const ratio = ratioOf(measurement);
    const { reference, value, unit } = measurement;
    return [measurement.case, shown(value), unit, reference?.name ?? "-", reference ? shown(reference.value) : "-", ratio?.toFixed(2) ?? "-"];
  });
  const widths = headings.map((heading, column) => Math.max(heading.length, ...rows.map((row) => row[column]!.length)));
  const isNumber = (column: number) => column === 1 || column >= 4;
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (isNumber(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join("  ").trimEnd();
  return [headings, ...rows].map(line).join("\n");
}

/** More digits than these are noise. */
function significant(value: number): number {
  return Number(value.toPrecision(4));
}

function shown(value: number): string {
  return value >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}
