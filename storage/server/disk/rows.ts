import type { Blob, ObjectEntry, Version } from "../entries";

/**
 * Names of the index's rows and how their values are written. Rows are ordered by the bytes of their names in UTF-8, so
 * the current versions of a bucket (`o`) follow each other by key, as S3 lists them; older versions (`v`) by key, then
 * newest first.
 */
export const positionRow = "!position";
export const checkpointRow = "!checkpoint";

export const bucketRow = (bucket: string) => `b${bucket}`;
export const currentRow = (bucket: string, key: string) => `o${bucket}\0${key}`;
export const olderRows = (bucket: string, key: string) => `v${bucket}\0${ended(key)}`;
export const olderRow = (bucket: string, key: string, seq: number) => olderRows(bucket, key) + descending(seq);
export const uploadRow = (bucket: string, key: string, id: string) => `u${bucket}\0${ended(key)}${id}`;
export const partRows = (upload: string) => `p${upload}\0`;
export const partRow = (upload: string, number: number) => partRows(upload) + String(number).padStart(5, "0");
/** live bytes of a segment */
export const segmentRow = (segment: string) => `s${segment}`;
/** a file that goes at the next start unless something refers to it by then */
export const looseRow = (id: string) => `g${id}`;

/** The least text above all that begin with `prefix`, which is not empty. */
export function successor(prefix: string): string {
  const points = [...prefix];
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const point = last.codePointAt(0)!;
    // There are no characters from d800 to dfff.
    if (point < 0x10ffff) return points.join("") + String.fromCodePoint(point === 0xd7ff ? 0xe000 : point + 1);
  }
  throw new RangeError("nothing is above the last character");
}

export const prefixed = (prefix: string) => ({ gte: prefix, lt: successor(prefix) });

/** A key with an end that sorts before anything that could go on: one key may begin another, and hold any byte. */
function ended(key: string): string {
  return `${key.replaceAll("\0", "\0\u00ff")}\0\u0001`;
}

/** The key and what follows it, of a row of `v` or `u`. */
export function splitEnded(rest: string): { key: string; tail: string } {
  const end = rest.indexOf("\0\u0001");
  return { key: rest.slice(0, end).replaceAll("\0\u00ff", "\0"), tail: rest.slice(end + 2) };
}

function descending(seq: number): string {
  return String(Number.MAX_SAFE_INTEGER - seq).padStart(16, "0");
}

/** What a row of `o` or `v` holds. */
export type VersionRow = Version & {
  /** in a current row: the null version among the older ones */
  olderNull?: number;
};

type Flat = [seq: number, isNull: 0 | 1, atMs: number, content: 0 | unknown[], olderNull?: number];

/** A million of these are the index's size: names of fields are left out where every row has them. */
export function writeVersion({ seq, isNull, modifiedAtMs, content, olderNull }: VersionRow): string {
  const flat: Flat = [seq, isNull ? 1 : 0, modifiedAtMs, content ? flatten(content) : 0];
  if (olderNull !== undefined) flat.push(olderNull);
  return JSON.stringify(flat);
}

export function readVersion(text: string): VersionRow {
  const [seq, isNull, modifiedAtMs, content, olderNull] = JSON.parse(text) as Flat;
  return { seq, isNull: isNull === 1, modifiedAtMs, content: content === 0 ? null : unflatten(content, modifiedAtMs), olderNull };
}

function flatten({ sizeBytes, etag, modifiedAtMs: _, blobs, headers, metadata, ...rest }: ObjectEntry): unknown[] {
  const places = blobs.flatMap(({ id, sizeBytes: size }) => [id, size]);
  return [sizeBytes, etag, places, headers, some(metadata), some(rest)];
}

function some(fields: object): object | 0 {
  return Object.values(fields).some((value) => value !== undefined) ? fields : 0;
}

function unflatten(flat: unknown[], modifiedAtMs: number): ObjectEntry {
  const [sizeBytes, etag, places, headers, metadata, rest] = flat as [number, string, (string | number)[], Record<string, string>, Record<string, string> | 0, object | 0];
  const blobs: Blob[] = [];
  for (let i = 0; i < places.length; i += 2) blobs.push({ id: places[i] as string, sizeBytes: places[i + 1] as number });
  return { headers, metadata: metadata || {}, sizeBytes, etag, modifiedAtMs, blobs, ...(rest || {}) };
}

/** Whether bytes lie in a segment, with others. */
export function placeInSegment(id: string): { segment: string; offset: number } | null {
  const at = id.indexOf("@");
  return at < 0 ? null : { segment: id.slice(0, at), offset: Number(id.slice(at + 1)) };
}
