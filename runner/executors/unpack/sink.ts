import { PassThrough } from "node:stream";
import mime from "mime";
import { entryPath, maxUnpackedBytes, unpackLimits, type LeftOutCode } from "#lib/domain/archive";
import { LatheError } from "#lib/domain/errors";
import type { UnpackRequest } from "#lib/protocol/archives";
import type { ChildToRunner } from "#lib/protocol/child";
import { maxKeyBytes } from "#storage/keys";
import { untilStoreAnswers } from "../../work/patience";
import type { Execution } from "../execution";
import { Names } from "./names";
import type { FindingsFile } from "./findings-file";

type Held = { pause(): void; resume(): void; kill(): void };

/** Enough to keep the store busy with small files. */
const maxPuts = 16;
const maxHeldBytes = 32 * 1024 ** 2;

/**
 * Takes what the decoding child says and puts it under the prefix. Believes nothing: names are decided on here, and the
 * bounds of an archive hold here too. Holds the child up while the store cannot keep pace.
 */
export class Sink {
  readonly counts = { files: 0, sizeBytes: 0, leftOut: 0 };
  /** name of the last entry told */
  last = "";
  readonly #execution: Execution;
  readonly #request: UnpackRequest;
  readonly #findings: FindingsFile;
  readonly #signal: AbortSignal;
  readonly #names = new Names();
  readonly #puts = new Set<Promise<void>>();
  #child: Held | null = null;
  #failure: unknown = null;
  #heldBytes = 0;
  #entries = 0;
  #bytes = 0;
  #maxBytes: number = unpackLimits.maxTotalBytes;
  #open: { name: string; body: PassThrough | null; sizeBytes: number; got: number; heldBack: Buffer | null } | null = null;
  #paused = false;

  constructor(options: { execution: Execution; request: UnpackRequest; findings: FindingsFile; signal: AbortSignal }) {
    this.#execution = options.execution;
    this.#request = options.request;
    this.#findings = options.findings;
    this.#signal = options.signal;
  }

  attach(child: Held): void {
    this.#child = child;
    this.#balance();
  }

  /** The child is held up by us: its silence says nothing. */
  get busy(): boolean {
    return this.#paused || this.#puts.size > 0;
  }

  /** @param archiveBytes of the archive's file; what comes out of it is bounded by it */
  bound(archiveBytes: number): void {
    this.#maxBytes = maxUnpackedBytes(archiveBytes);
  }

  take(message: ChildToRunner): void {
    if (this.#failure) return;
    switch (message.type) {
      case "archive":
        this.#execution.log("info", message.entries === null ? `A ${message.format}.` : `A ${message.format} of ${message.entries.toLocaleString("en-US")} entries.`);
        break;
      case "entry":
        this.#whole(message.name, Buffer.from(message.bytes));
        break;
      case "entry-begun":
        this.#begin(message.name, message.sizeBytes);
        break;
      case "entry-bytes":
        this.#piece(Buffer.from(message.bytes));
        break;
      case "entry-over":
        this.#finish(message.damage);
        break;
      case "entry-left-out":
        this.#count(message.name, 0);
        this.#leaveOut(message.name, message.code, message.reason);
        break;
    }
    this.#balance();
  }

  /** Waits for what is under way. @throws what made it stop */
  async settle(): Promise<void> {
    // The child ended in the middle of a file: that file never becomes an object.
    this.#open?.body?.destroy(new Abandoned());
    this.#open = null;
    while (this.#puts.size > 0) await Promise.all(this.#puts);
    if (this.#failure) throw this.#failure;
  }

  #whole(name: string, bytes: Buffer): void {
    const key = this.#admit(name, bytes.length);
    if (key === null) return;
    this.#heldBytes += bytes.length;
    const { store } = this.#execution;
    this.#put(async () => {
      await untilStoreAnswers(() => store.put(this.#request.targetBucket, key, bytes, { contentType: typeOf(key), signal: this.#signal }), this.#signal);
      this.#took(bytes.length);
    }, () => (this.#heldBytes -= bytes.length));
  }

  #begin(name: string, sizeBytes: number): void {
    const key = this.#admit(name, 0);
    const body = key === null ? null : new PassThrough({ highWaterMark: 4 * 1024 ** 2 });
    const open = { name, body, sizeBytes, got: 0, heldBack: null };
    this.#open = open;
    if (key === null || !body) return;
    body.on("drain", () => this.#balance());
    const { store } = this.#execution;
    this.#put(async () => {
      try {
        await store.put(this.#request.targetBucket, key, body, { contentType: typeOf(key), sizeBytes, signal: this.#signal });
        this.#took(open.got);
      } catch (error) {
        if (error instanceof Abandoned) return;
        if (!(error instanceof Damaged)) throw error;
        this.#leaveOut(name, "damaged", error.message);
      }
    });
  }

  #piece(bytes: Buffer): void {
    const open = this.#open;
    if (!open) return this.#fail(new Error("the child sent bytes of no entry"));
    open.got += bytes.length;
    this.#bytes += bytes.length;
    if (this.#bytes > this.#maxBytes) return this.#fail(tooMuch());
    if (open.got > open.sizeBytes) return;
    // The last piece waits for the verdict: with all its bytes the store would have made an object of a damaged file.
    if (open.heldBack) open.body?.write(open.heldBack);
    open.heldBack = bytes;
  }

  #finish(damage: string | null): void {
    const open = this.#open;
    this.#open = null;
    if (!open?.body) return;
    const wrong = damage ?? (open.got === open.sizeBytes ? null : `it has ${open.got} bytes and should have ${open.sizeBytes}`);
    if (wrong === null) open.body.end(open.heldBack);
    else open.body.destroy(new Damaged(wrong));
  }

  /** @returns the key, or null when the entry was left out */
  #admit(name: string, sizeBytes: number): string | null {
    if (!this.#count(name, sizeBytes)) return null;
    const { bucket, key: archive, targetBucket, prefix } = this.#request;
    const decided = entryPath(name, maxKeyBytes - Buffer.byteLength(prefix));
    if ("code" in decided) return this.#leaveOut(name, decided.code, decided.reason);
    const key = prefix + decided.path;
    if (targetBucket === bucket && key === archive) return this.#leaveOut(name, "the_archive_itself", "it would take the place of the archive");
    const seen = this.#names.add(decided.path);
    if (seen === "again") return this.#leaveOut(name, "duplicate", "the archive has a file of this name already; the first one is taken");
    for (const twin of seen) {
      this.#findings.add({ name: twin, taken: true, code: "unicode_twin", reason: "another name looks the same and differs only in its Unicode normal form; each is an object of its own" });
    }
    return key;
  }

  #count(name: string, sizeBytes: number): boolean {
    this.last = name;
    this.#bytes += sizeBytes;
    if (++this.#entries <= unpackLimits.maxEntries && this.#bytes <= this.#maxBytes) return true;
    this.#fail(tooMuch());
    return false;
  }

  #leaveOut(name: string, code: LeftOutCode, reason: string): null {
    this.counts.leftOut++;
    this.#findings.add({ name: name.slice(0, 1024), taken: false, code, reason });
    if (this.counts.leftOut <= 20) this.#execution.log("warn", `Left out ${JSON.stringify(name.slice(0, 300))} (${code}): ${reason}.`);
    else if (this.counts.leftOut === 21) this.#execution.log("warn", "… and more; the job's page lists them all.");
    return null;
  }

  #took(sizeBytes: number): void {
    this.counts.files++;
    this.counts.sizeBytes += sizeBytes;
  }

  #put(act: () => Promise<void>, after?: () => void): void {
    const put = act()
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#puts.delete(put);
        after?.();
        this.#balance();
      });
    this.#puts.add(put);
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#open?.body?.destroy(new Abandoned());
    this.#child?.kill();
  }

  #balance(): void {
    const full = this.#puts.size >= maxPuts || this.#heldBytes > maxHeldBytes || (this.#open?.body?.writableNeedDrain ?? false) || this.#findings.pendingBytes > maxHeldBytes;
    if (full) this.#child?.pause();
    else if (this.#paused) this.#child?.resume();
    this.#paused = full;
  }
}

/** Its bytes are not sound. */
class Damaged extends Error {}
/** The reading ended in the middle of it; why, is told of the whole archive. */
class Abandoned extends Error {}

function typeOf(key: string): string {
  return mime.getType(key) ?? "application/octet-stream";
}

function tooMuch(): LatheError {
  return new LatheError({
    code: "archive_bomb",
    message: "This archive unpacks to far more than one of its size may.",
    nextStep: "If these are your files, pack them in several smaller archives, or upload the folder itself.",
  });
}
