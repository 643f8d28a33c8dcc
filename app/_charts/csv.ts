export type Cell = string | number | boolean | null | undefined;

/**
 * A table as CSV after RFC 4180, CRLF between lines. A text that a spreadsheet would run as a formula gets an apostrophe
 * before it: labels and keys are other people's words.
 */
export function toCsv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header, ...rows].map((row) => row.map(cellText).join(",")).join("\r\n") + "\r\n";
}

function cellText(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell !== "string") return String(cell);
  const safe = /^[=+\-@\t\r]/.test(cell) && !Number.isFinite(Number(cell)) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
