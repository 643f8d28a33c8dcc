import type { Readable } from "node:stream";
import type { ArchiveFormat, LeftOutCode } from "#lib/domain/archive";
import { unpackLimits } from "#lib/domain/archive";
import { LatheError } from "#lib/domain/errors";
import { formatBytes } from "#lib/domain/units";
import type { ChildContext } from "../context";

/** Files up to here go in one message, seen to be sound before a byte of them is told. */
const wholeBytes = 1024 ** 2;
const progressEveryMs = 500;
/** what the protocol takes; no key can be longer */
const maxNameChars = 4096;

/** Tells the runner of entries, no faster than it takes them, and stops at the bounds of an archive. */
export class Teller {
  readonly #context: ChildContext;
  readonly #archiveBytes: number;
  readonly #maxBytes: number;
  #entries = 0;
  #bytes = 0;
  #progressMs = 0;

  constructor(context: ChildContext, archiveBytes: number, maxBytes: number) {
    this.#context = context;
    this.#archiveBytes = archiveBytes;
    this.#maxBytes = maxBytes;
  }

  get archiveBytes(): number {
    return this.#archiveBytes;
  }

  /** @throws LatheError `archive_bomb` when what it claims is already too much */
  async archive(format: ArchiveFormat, claims: { entries: number | null; claimedBytes: number | null }): Promise<void> {
    if ((claims.entries ?? 0) > unpackLimits.maxEntries) throw tooManyEntries();
    if ((claims.claimedBytes ?? 0) > this.#maxBytes) throw this.#tooMuch(`says that it unpacks to ${formatBytes(claims.claimedBytes!)}`);
    await this.#context.send({ type: "archive", format, ...claims });
  }

  async leftOut(name: string, code: LeftOutCode, reason: string): Promise<void> {
    this.entry();
    await this.#context.send({ type: "entry-left-out", name: cut(name), code, reason });
  }

  /** Counts an entry, told or not. @throws LatheError `archive_bomb` */
  entry(): void {
    if (++this.#entries > unpackLimits.maxEntries) throw tooManyEntries();
  }

  /** Counts bytes that came out of the decoder. @throws LatheError `archive_bomb` */
  count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.#maxBytes) throw this.#tooMuch(`has unpacked to ${formatBytes(this.#bytes)} and goes on`);
  }

  /**
   * Tells of a file while it is read.
   * @param sizeBytes as the archive has it; the runner takes a file of another length for damaged
   * @param check is given each piece, then asked what is wrong with them
   */
  async file(name: string, sizeBytes: number, body: Readable, check: { piece(bytes: Buffer): void; verdict(): string | null }): Promise<void> {
    this.entry();
    const { send } = this.#context;
    const small = sizeBytes <= wholeBytes;
    const held: Buffer[] = [];
    let damage: string | null = null;
    let got = 0;
    if (!small) await send({ type: "entry-begun", name: cut(name), sizeBytes });
    try {
      for await (const piece of body as AsyncIterable<Buffer>) {
        got += piece.length;
        check.piece(piece);
        if (got > sizeBytes) break;
        if (small) held.push(piece);
        else await send({ type: "entry-bytes", bytes: new Uint8Array(piece) });
      }
    } catch (error) {
      if (error instanceof LatheError) throw error;
      damage = `it cannot be read: ${(error as Error).message.slice(0, 500)}`;
    }
    damage ??= got === sizeBytes ? check.verdict() : `it has ${got} bytes and should have ${sizeBytes}`;
    if (!small) await send({ type: "entry-over", damage });
    else if (damage === null) await send({ type: "entry", name: cut(name), bytes: new Uint8Array(Buffer.concat(held)) });
    else await send({ type: "entry-left-out", name: cut(name), code: "damaged", reason: damage });
  }

  /** @param fraction of the archive that has been read */
  async progress(fraction: number): Promise<void> {
    const nowMs = Date.now();
    if (nowMs - this.#progressMs < progressEveryMs) return;
    this.#progressMs = nowMs;
    const elapsedMs = nowMs - this.#context.startedMs;
    const remainingMs = elapsedMs > 2_000 && fraction > 0.02 ? Math.round((elapsedMs / fraction) * (1 - fraction)) : null;
    await this.#context.send({ type: "progress", progress: { phase: "unpacking", fraction: Math.min(1, fraction), epoch: null, epochs: null, remainingMs } });
  }

  #tooMuch(what: string): LatheError {
    return new LatheError({
      code: "archive_bomb",
      message: `This archive of ${formatBytes(this.#archiveBytes)} ${what}; ${formatBytes(this.#maxBytes)} are allowed for one of its size.`,
      nextStep: "If these are your files, pack them in several smaller archives, or upload the folder itself.",
    });
  }
}

function tooManyEntries(): LatheError {
  return new LatheError({
    code: "archive_bomb",
    message: `This archive holds more than ${unpackLimits.maxEntries.toLocaleString("en-US")} entries.`,
    nextStep: "Pack the files in several archives, or upload the folder itself.",
  });
}

function cut(name: string): string {
  return name.length > maxNameChars ? name.slice(0, maxNameChars) : name;
}
