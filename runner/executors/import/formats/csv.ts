import type { Rejection } from "#lib/domain/dataset";
import { LatheError } from "#lib/domain/errors";
import type { SourceFormat } from "../source";
import { readCsv, type CsvRecord } from "./csv-records";
import { fileOf } from "./file-of";
import { Table, type Said } from "./join";
import { KeyBase } from "./key-base";
import { exportMarker } from "./marker";
import { checkLabel, nameOf, pictureEnding, splitOfName, splitOfWord } from "./labels";

const columnNames = {
  key: ["key", "file", "filename", "file_name", "filepath", "file_path", "path", "image", "image_path", "image_name", "img", "picture", "source", "name", "id"],
  label: ["label", "labels", "class", "class_name", "classname", "category", "target", "breed", "species"],
  split: ["split", "set", "subset", "usage", "partition", "fold"],
};
const headRecords = 200;

type Columns = { key: number; label: number; split: number | null; header: boolean; unknown: string[] };

/** A table `key,label[,split]`, with or without a header, as spreadsheets and scripts write it. */
export const csvFormat: SourceFormat = {
  name: "csv",
  async *read(source) {
    const file = await fileOf(source, "csv", (key) => tableEnding.test(key));
    const records = readCsv(await source.openBytes(file));
    const head: CsvRecord[] = [];
    for (let next = await records.next(); !next.done; next = await records.next()) {
      head.push(next.value);
      if (head.length >= headRecords) break;
    }
    const columns = columnsOf(file, head.filter(({ cells }) => cells !== null).slice(0, 2).map(({ cells }) => cells!));
    for (const column of columns.unknown) yield { key: file, code: "unknown_column", reason: `the column ${JSON.stringify(column.slice(0, 100))} is not read` };
    const rows = columns.header ? head.slice(head.findIndex(({ cells }) => cells !== null) + 1) : head;
    const names = rows.flatMap(({ cells }) => cells?.[columns.key]?.trim() || []);
    const keys = await KeyBase.find(source, file, names);
    const table = new Table(source);
    const splitOfTable = columns.split === null ? splitOfName(nameOf(file)) : null;
    for (const row of rows) yield* take(row);
    for await (const row of records) yield* take(row);
    keys.report();
    source.log("info", `${table.rows} rows in ${file}.`);
    yield* table.join({ isOwn: (key) => key === file || key === source.prefix + exportMarker, notNamed: `no row of ${nameOf(file)} names it` });

    async function* take({ line, cells, problem }: CsvRecord): AsyncGenerator<Rejection> {
      const bad = (code: Rejection["code"], reason: string): Rejection => ({ key: file, code, reason: `line ${line}: ${reason}` });
      if (!cells) return yield bad("bad_row", problem);
      const name = cells[columns.key]?.trim() ?? "";
      if (name === "") return yield bad("bad_row", "it names no file");
      if (name.includes("\ufffd")) return yield bad("bad_row", "the file's name is not valid Unicode: save the table as UTF-8");
      const label = checkLabel(cells[columns.label] ?? "");
      const said: Said = "label" in label ? { from: `line ${line}`, label: label.label, split: splitOfTable } : { from: `line ${line}`, label: null, split: null, unlabelled: label };
      const word = columns.split === null ? "" : (cells[columns.split] ?? "").trim();
      if (word !== "") {
        said.split = splitOfWord(word);
        if (!said.split) return yield bad("bad_row", `${JSON.stringify(word.slice(0, 50))} is no split; train, validation and test are`);
      }
      await table.add(keys.keyOf(name), said);
    }
  },
};

export const tableEnding = /\.(csv|tsv)$/i;

/** @throws LatheError `table_columns` when it cannot be seen which column is which */
export function columnsOf(file: string, [first, second]: readonly (readonly string[])[]): Columns {
  if (!first) throw unclear(file, "it is empty");
  const words = first.map((cell) => cell.trim().toLowerCase().replace(/[\s-]+/g, "_"));
  const place = (names: readonly string[]) => {
    const found = names.map((name) => words.indexOf(name)).find((index) => index >= 0);
    return found ?? -1;
  };
  const pictureAt = (cells: readonly string[] | undefined) => cells?.findIndex((cell) => pictureEnding.test(cell.trim())) ?? -1;
  const known = place([...columnNames.key, ...columnNames.label]) >= 0;
  const header = pictureAt(first) < 0 && (known || pictureAt(second) >= 0);
  if (!header) {
    if (first.length < 2) throw unclear(file, "its lines have one cell only");
    const key = Math.max(0, pictureAt(first));
    const label = key === 0 ? 1 : 0;
    const split = first.length > 2 && second && (splitOfWord(first[2]!) ?? splitOfWord(second[2] ?? "")) ? 2 : null;
    return { key, label, split, header, unknown: first.flatMap((_, i) => (i === key || i === label || i === split ? [] : `column ${i + 1}`)) };
  }
  const key = pictureAt(second) >= 0 ? pictureAt(second) : place(columnNames.key);
  const split = place(columnNames.split);
  let label = place(columnNames.label);
  const others = first.flatMap((_, i) => (i === key || i === split ? [] : i));
  if (label < 0 && others.length === 1) label = others[0]!;
  if (key < 0 || label < 0 || key === label) {
    throw unclear(file, `its first line has the columns ${first.map((cell) => JSON.stringify(cell.trim().slice(0, 50))).slice(0, 20).join(", ")}`);
  }
  return { key, label, split: split < 0 ? null : split, header, unknown: first.filter((_, i) => i !== key && i !== label && i !== split) };
}

function unclear(file: string, why: string): LatheError {
  return new LatheError({
    code: "table_columns",
    message: `It cannot be seen which column of "${file}" names the picture and which its label: ${why}.`,
    nextStep: "Give it a first line with the columns `key`, `label` and, where you have it, `split`.",
    status: 422,
  });
}
