import type { Box, Rejection, RejectionCode, Split } from "#lib/domain/dataset";
import { compareKeys } from "#storage/key-order";
import type { ListedObject } from "#storage/object-store";
import type { Found, Source, SourceItem } from "../source";
import { SortedRows, type Row } from "./sorted-rows";

/** What one row of a table or manifest says of a file. `from` names the row, for a person: "line 17". */
export type Said = {
  from: string;
  label: string | null;
  split: Split | null;
  boxes?: Box[];
  unlabelled?: { code: RejectionCode; reason: string };
};

export type JoinOptions = {
  /** files that belong to the format itself */
  isOwn: (key: string) => boolean;
  /** what to say of a file that no row names */
  notNamed: string;
};

/** The most rows of one key that are looked at. */
const maxRepeats = 100;

/** What a table says, by key, to be joined with what is there. */
export class Table {
  readonly #source: Source;
  readonly #inside: SortedRows<Said>;
  readonly #outside: SortedRows<Said>;
  /** what all keys that lie elsewhere in the bucket begin with */
  #elsewhere: string | null = null;
  rows = 0;

  constructor(source: Source) {
    this.#source = source;
    this.#inside = new SortedRows(source.scratch);
    this.#outside = new SortedRows(source.scratch);
  }

  async add(key: string, said: Said): Promise<void> {
    this.rows++;
    if (key.startsWith(this.#source.prefix)) return this.#inside.add(key, said);
    this.#elsewhere = this.#elsewhere === null ? key : commonStart(this.#elsewhere, key);
    return this.#outside.add(key, said);
  }

  /** Walks table and listing side by side: what both have, and what only one has, which is listed as such. */
  async *join({ isOwn, notNamed }: JoinOptions): AsyncGenerator<Found> {
    yield* this.#walk(this.#inside, this.#source.list(), (object) =>
      isOwn(object.key) ? null : { ...itemOf(object), unlabelled: { code: "not_named", reason: notNamed } },
    );
    if (this.#elsewhere !== null) yield* this.#walk(this.#outside, this.#source.list(this.#elsewhere), () => null);
  }

  async *#walk(rows: SortedRows<Said>, objects: AsyncIterable<ListedObject>, unnamed: (object: ListedObject) => Found | null): AsyncGenerator<Found> {
    const groups = grouped(rows.read());
    try {
      let group = await groups.next();
      for await (const object of objects) {
        while (!group.done && compareKeys(group.value.key, object.key) < 0) {
          yield await this.#missing(group.value);
          group = await groups.next();
        }
        if (!group.done && group.value.key === object.key) {
          yield combine(object, group.value.said);
          group = await groups.next();
        } else {
          const found = unnamed(object);
          if (found) yield found;
        }
      }
      for (; !group.done; group = await groups.next()) yield await this.#missing(group.value);
    } finally {
      await groups.return(undefined);
    }
  }

  async #missing({ key, said }: Group): Promise<Rejection> {
    const twin = await this.#otherForm(key);
    const hint = twin ? `; there is a file whose name differs only in how its accents are encoded, ${JSON.stringify(twin)}` : "";
    return { key, code: "missing_file", reason: `${said[0]!.from} names it, and there is no such file in the bucket${hint}` };
  }

  /** macOS writes é as two code points: then the table names one file and the bucket holds another. */
  async #otherForm(key: string): Promise<string | null> {
    if (/^[\0-\x7f]*$/.test(key)) return null;
    for (const form of ["NFC", "NFD"]) {
      const other = key.normalize(form);
      if (other !== key && (await exists(this.#source, other))) return other;
    }
    return null;
  }
}

export async function exists(source: Source, key: string): Promise<boolean> {
  if (key === "") return false;
  const { value } = await source.list(key)[Symbol.asyncIterator]().next();
  return (value as ListedObject | undefined)?.key === key;
}

export function itemOf({ key, sizeBytes, etag }: ListedObject): SourceItem {
  return { key, sizeBytes, etag, label: null, split: null, boxes: [] };
}

type Group = { key: string; said: Said[] };

async function* grouped(rows: AsyncIterable<Row<Said>>): AsyncGenerator<Group, undefined> {
  let group = null as Group | null;
  for await (const { key, value } of rows) {
    if (group?.key === key) {
      if (group.said.length < maxRepeats) group.said.push(value);
      continue;
    }
    if (group) yield group;
    group = { key, said: [value] };
  }
  if (group) yield group;
  return undefined;
}

/** Rows that agree are one; of rows that don't, none is believed. */
function combine(object: ListedObject, said: readonly Said[]): SourceItem {
  const first = said[0]!;
  const other = said.find(({ label, split }) => label !== first.label || split !== first.split);
  const boxes = said.flatMap((one) => one.boxes ?? []);
  if (!other) return { ...itemOf(object), label: first.label, split: first.split, boxes, ...(first.unlabelled ? { unlabelled: first.unlabelled } : {}) };
  const [what, a, b] = other.label !== first.label ? ["label", first.label, other.label] : ["split", first.split, other.split];
  const reason = `${first.from} gives it the ${what} ${quoted(a)}, ${other.from} ${quoted(b)}`;
  return { ...itemOf(object), boxes, unlabelled: { code: "contradicting_rows", reason } };
}

function quoted(text: string | null | undefined): string {
  return text == null ? "none" : JSON.stringify(text);
}

function commonStart(a: string, b: string): string {
  let length = 0;
  while (length < a.length && length < b.length && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  // Half a surrogate pair is no text that a store could be asked for.
  if (length > 0 && (a.charCodeAt(length - 1) & 0xfc00) === 0xd800) length--;
  return a.slice(0, length);
}
