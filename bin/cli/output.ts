/** Answers go to stdout, everything else to stderr, so that `--json` can be piped. */

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Prints one JSON value with --json, else the text. */
export function answer(options: { json?: boolean }, value: unknown, text: () => string): void {
  if (options.json) printJson(value);
  else process.stdout.write(`${text()}\n`);
}

const cellWidth = (text: string): number =>
  [...text].reduce((width, character) => width + (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/u.test(character) ? 2 : 1), 0);

/** Columns two spaces apart; wide characters count twice. The last column is not padded. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cellWidth(cell))));
  return rows
    .map((row) => row.map((cell, i) => (i === row.length - 1 ? cell : cell + " ".repeat(widths[i]! - cellWidth(cell)))).join("  ").trimEnd())
    .join("\n");
}

/** One line on stderr that is overwritten on a terminal, and written at most every 10 s elsewhere. */
export class ProgressLine {
  private last = "";
  private lastAtMs = 0;

  show(text: string): void {
    if (text === this.last) return;
    if (process.stderr.isTTY) {
      process.stderr.write(`\r\x1b[K${text}`);
    } else {
      const nowMs = Date.now();
      if (nowMs - this.lastAtMs < 10_000) return;
      this.lastAtMs = nowMs;
      process.stderr.write(`${text}\n`);
    }
    this.last = text;
  }

  /** Clears the line, so that what follows stands alone. */
  end(): void {
    if (process.stderr.isTTY && this.last) process.stderr.write("\r\x1b[K");
    this.last = "";
  }
}

export function relativeTime(atMs: number, nowMs = Date.now()): string {
  const seconds = Math.round((nowMs - atMs) / 1000);
  if (seconds < 60) return "just now";
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  if (hours < 48) return `${hours} h ago`;
  return `${Math.round(hours / 24)} days ago`;
}
