import type { Readable } from "node:stream";
import { readText } from "./lines";

/** A record of a table and the line it begins on. `cells` is null when it cannot be read, and `problem` says why. */
export type CsvRecord = { line: number; cells: string[] | null; problem: string };

const maxRecordCharacters = 64 * 1024;
const maxCells = 1000;

/** Which of the usual separators a table's first line is split by: the one it holds most of outside quotes. */
export function separatorOf(firstLine: string): string {
  const bare = firstLine.replace(/"(?:[^"]|"")*"/g, "");
  const counts = [",", ";", "\t", "|"].map((separator) => ({ separator, count: bare.split(separator).length - 1 }));
  return counts.reduce((best, one) => (one.count > best.count ? one : best)).separator;
}

/**
 * Records of RFC 4180, with any of the usual separators and line ends. Nothing longer than 64 Ki characters is held: a
 * quote that is never closed costs its own record, which is reported with the lines it spans.
 */
export async function* readCsv(bytes: Readable): AsyncGenerator<CsvRecord> {
  const texts = readText(bytes);
  let head = "";
  for (;;) {
    const { value, done } = await texts.next();
    head += value ?? "";
    if (done || /[\r\n]/.test(head) || head.length > maxRecordCharacters) break;
  }
  const separator = separatorOf(/^[^\r\n]*/.exec(head)![0]);
  let cells: string[] = [];
  let cell = "";
  let length = 0;
  let quoted = false;
  /** the last character closed a quote, or would double it */
  let closing = false;
  let wasQuoted = false;
  let problem = "";
  let line = 1;
  let begins = 1;
  let afterReturn = false;

  const endCell = () => {
    if (cells.length < maxCells) cells.push(cell);
    else problem ||= `it has more than ${maxCells} cells`;
    cell = "";
    wasQuoted = closing = false;
  };
  const endRecord = (): CsvRecord | null => {
    endCell();
    const blank = cells.length === 1 && cells[0]!.trim() === "" && problem === "";
    const lost = problem && line > begins + 1 ? `${problem}; all up to line ${line - 1} is lost with it` : problem;
    const record = blank ? null : { line: begins, cells: problem ? null : cells, problem: lost };
    cells = [];
    problem = "";
    length = 0;
    quoted = false;
    begins = line;
    return record;
  };

  for await (const text of headFirst(head, texts)) {
    for (let i = 0; i < text.length; i++) {
      const char = text[i]!;
      const newline = char === "\n" || char === "\r";
      const second = char === "\n" && afterReturn;
      afterReturn = char === "\r";
      if (newline && !second) line++;
      if (++length > maxRecordCharacters && problem === "") {
        problem = quoted ? "a quote that opens in it is not closed" : `it is longer than ${maxRecordCharacters} characters`;
        quoted = false;
        cells = [];
      }
      if (problem !== "" && !newline) continue;
      if (quoted) {
        if (char !== '"') cell += char;
        else {
          quoted = false;
          closing = true;
        }
      } else if (newline) {
        if (second) {
          begins = line;
          length = 0;
          continue;
        }
        const record = endRecord();
        begins = line;
        if (record) yield record;
      } else if (char === separator) endCell();
      else if (char === '"' && closing) {
        cell += '"';
        quoted = true;
        closing = false;
      } else if (char === '"' && cell === "" && !wasQuoted) quoted = wasQuoted = true;
      else {
        closing = false;
        cell += char;
      }
    }
  }
  if (quoted) problem = "a quote that opens in it is not closed";
  if (cell !== "" || cells.length > 0 || problem !== "") {
    const record = endRecord();
    if (record) yield record;
  }
}

async function* headFirst(head: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield head;
  yield* rest;
}
