import { logLevels } from "#lib/protocol/jobs";
import type { LogLine } from "./event-log";

export type LogLevel = (typeof logLevels)[number];

/** A line with its number, counted from 1 over the whole log, so that it keeps it under any filter. */
export type NumberedLine = LogLine & { number: number };

/** Lines of at least a level that contain the search, case not told apart. */
export function filterLines(lines: readonly LogLine[], level: LogLevel, search: string): NumberedLine[] {
  const least = logLevels.indexOf(level);
  const needle = search.trim().toLowerCase();
  const shown: NumberedLine[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (logLevels.indexOf(line.level) < least) continue;
    if (needle && !line.text.toLowerCase().includes(needle)) continue;
    shown.push({ ...line, number: i + 1 });
  }
  return shown;
}

/** The whole log as a text file: time in UTC, level, text. */
export function logText(lines: readonly LogLine[]): string {
  return lines.map((line) => `${new Date(line.atMs).toISOString()} ${line.level.padEnd(5)} ${line.text}\n`).join("");
}

/** A text cut where the search occurs in it: every second piece is a hit. */
export function cutAtHits(text: string, search: string): string[] {
  const needle = search.trim().toLowerCase();
  if (!needle) return [text];
  const pieces: string[] = [];
  const haystack = text.toLowerCase();
  // Lower-casing can change a text's length (İ); then hits cannot be placed and are not marked.
  if (haystack.length !== text.length) return [text];
  let from = 0;
  for (let hit = haystack.indexOf(needle); hit >= 0; hit = haystack.indexOf(needle, from)) {
    pieces.push(text.slice(from, hit), text.slice(hit, hit + needle.length));
    from = hit + needle.length;
  }
  return [...pieces, text.slice(from)];
}
