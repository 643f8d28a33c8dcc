import type { FileHandle } from "node:fs/promises";
import path from "node:path";
import { crc32 } from "../body/crc";
import type { Change, CorsRule, ObjectEntry, Part, Upload } from "../entries";
import type { Blobs } from "./blobs";
import type { Catalogue } from "./catalogue";
import { syncFolder, type Files } from "./files";
import type { Journal } from "./journal";
import { readAt } from "./replay";

/**
 * Stores of Lathe 0.1 kept their index as a log of changes, `index.log`, one a line: `CRC32 BATCH JSON`. It is read into
 * the present index once, and kept beside it as `index.log.taken-over`.
 */
type OldChange =
  | { op: "bucket"; bucket: string; atMs: number }
  | { op: "bucket-gone"; bucket: string }
  | { op: "cors"; bucket: string; rules: CorsRule[] | null }
  | { op: "put"; bucket: string; key: string; entry: ObjectEntry }
  | { op: "delete"; bucket: string; key: string }
  | { op: "upload"; bucket: string; upload: Upload }
  | { op: "part"; bucket: string; upload: string; part: Part }
  | { op: "upload-gone"; bucket: string; upload: string }
  | { op: "complete"; bucket: string; upload: string; key: string; entry: ObjectEntry };

type TakeOver = { files: Files; root: string; blobs: Blobs; journal: Journal; catalogue: Catalogue; warn: (line: string) => void };

const name = "index.log";
const atOnce = 1000;

/** @throws Error when it is damaged; nothing is changed then */
export async function takeOverLog({ files, root, blobs, journal, catalogue, warn }: TakeOver): Promise<void> {
  const target = path.join(root, name);
  let file: FileHandle;
  try {
    file = await files.open(target, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  try {
    let lines = 0;
    const translator = new Translator();
    for await (const batch of batches(changesOf(file, target))) {
      await catalogue.apply(batch.flatMap((change) => translator.changes(change, ++lines)), journal.position);
    }
    // Files that the old store would have swept at its start.
    for (const id of await blobs.everyFile()) if (!translator.files.has(id)) await catalogue.addLoose(id);
    await catalogue.setCheckpoint(journal.position);
    if (lines > 0) warn(`took over the index of an older version: ${lines} changes; ${name} is kept as ${name}.taken-over`);
  } finally {
    await file.close();
  }
  await files.rename(target, `${target}.taken-over`);
  await files.unlink(path.join(root, "index.log.new")).catch(() => undefined);
  await syncFolder(files, root);
}

/** Says old changes in the words of now. Versions are numbered by lines, so that doing it twice changes nothing. */
class Translator {
  /** of those that are there: where its object or upload has the files */
  readonly files = new Set<string>();
  readonly #objects = new Map<string, { seq: number; files: string[] }>();
  readonly #uploads = new Map<string, { key: string; bucket: string; parts: Map<number, string> }>();

  changes(change: OldChange, line: number): Change[] {
    const { bucket } = change;
    switch (change.op) {
      case "bucket":
        return [change];
      case "cors":
        return [{ op: "config", bucket, name: "cors", value: change.rules }];
      case "put":
        return [this.#put(change.key, change, line)];
      case "delete": {
        const before = this.#objects.get(`${bucket}/${change.key}`);
        if (!before) return [];
        this.#objects.delete(`${bucket}/${change.key}`);
        this.#forget(before.files);
        return [{ op: "remove", bucket, key: change.key, seq: before.seq, next: null }];
      }
      case "upload":
        this.#uploads.set(change.upload.id, { bucket, key: change.upload.key, parts: new Map() });
        return [change];
      case "part": {
        const upload = this.#uploads.get(change.upload);
        if (!upload) return [];
        const before = upload.parts.get(change.part.number);
        if (before) this.#forget([before]);
        upload.parts.set(change.part.number, change.part.blob.id);
        this.files.add(change.part.blob.id);
        return [{ ...change, key: upload.key }];
      }
      case "upload-gone":
        return this.#drop(change.upload);
      case "complete":
        return [...this.#drop(change.upload, new Set(change.entry.blobs.map(({ id }) => id))), this.#put(change.key, change, line)];
      case "bucket-gone":
        return [...[...this.#uploads].filter(([, upload]) => upload.bucket === bucket).flatMap(([id]) => this.#drop(id)), change];
    }
  }

  #put(key: string, { bucket, entry }: { bucket: string; entry: ObjectEntry }, seq: number): Change {
    const name = `${bucket}/${key}`;
    this.#forget(this.#objects.get(name)?.files ?? []);
    const files = entry.blobs.map(({ id }) => id);
    for (const id of files) this.files.add(id);
    this.#objects.set(name, { seq, files });
    return { op: "put", bucket, key, version: { seq, isNull: true }, entry };
  }

  #drop(id: string, kept: ReadonlySet<string> = new Set()): Change[] {
    const upload = this.#uploads.get(id);
    if (!upload) return [];
    this.#uploads.delete(id);
    this.#forget([...upload.parts.values()].filter((file) => !kept.has(file)));
    // What the object keeps is not freed with its part: it is put right after.
    return [{ op: "upload-gone", bucket: upload.bucket, key: upload.key, upload: id, parts: [...upload.parts.keys()] }];
  }

  #forget(files: readonly string[]): void {
    for (const id of files) this.files.delete(id);
  }
}

async function* batches<T>(all: AsyncIterable<T>): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const one of all) {
    batch.push(one);
    if (batch.length < atOnce) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** All that are whole; a last one that a crash left half written was never acknowledged. */
async function* changesOf(file: FileHandle, target: string): AsyncGenerator<OldChange> {
  let goodBytes = 0;
  let lastBatch = 0;
  let bad = false;
  for await (const bytes of linesOf(file)) {
    const parsed = parse(bytes);
    if (!parsed) bad = true;
    else if (!bad) {
      goodBytes += bytes.length + 1;
      lastBatch = parsed.batch;
      yield parsed.change;
    } else if (parsed.batch > lastBatch + 1) {
      throw new Error(`${target} is damaged after byte ${goodBytes}. Put the folder back from a backup; the objects' files under blobs/ are untouched.`);
    }
  }
}

function parse(bytes: Buffer): { batch: number; change: OldChange } | null {
  if (bytes.length < 11 || crc32(bytes.subarray(9)) !== Number.parseInt(bytes.toString("latin1", 0, 8), 16)) return null;
  const text = bytes.toString("utf8", 9);
  const space = text.indexOf(" ");
  return { batch: Number(text.slice(0, space)), change: JSON.parse(text.slice(space + 1)) as OldChange };
}

/** Lines without their ends; the last one only if it is ended, or as an empty one if not, which no check lets pass. */
async function* linesOf(file: FileHandle): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for (let position = 0; ; ) {
    const chunk = await readAt(file, position, 1 << 20);
    if (chunk.length === 0) break;
    position += chunk.length;
    let data = Buffer.concat([rest, chunk]);
    for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10)) {
      yield data.subarray(0, end);
      data = data.subarray(end + 1);
    }
    rest = data;
  }
  if (rest.length > 0) yield Buffer.alloc(0);
}
