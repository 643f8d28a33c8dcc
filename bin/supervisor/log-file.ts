import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import path from "node:path";
import { say } from "../preflight/console.mjs";

const LARGEST_BYTES = 10 * 1024 * 1024;
const KEPT_LINES = 40;

/**
 * A child's log: `FOLDER/NAME.log`, moved to `NAME.log.1` (one generation) when it has grown over 10 MiB. Lines are
 * written at once, so that what a child said last is there even if we are killed.
 */
export class LogFile {
  readonly path: string;
  #sizeBytes: number;
  readonly #lastLines: string[] = [];
  #broken = false;

  constructor(folder: string, name: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.path = path.join(folder, `${name}.log`);
    this.#sizeBytes = statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
    this.#rotate();
  }

  write(line: string): void {
    this.#lastLines.push(line);
    if (this.#lastLines.length > KEPT_LINES) this.#lastLines.shift();
    const text = `${line}\n`;
    try {
      appendFileSync(this.path, text, { mode: 0o600 });
      this.#sizeBytes += Buffer.byteLength(text);
      this.#rotate();
      this.#broken = false;
    } catch (error) {
      this.#complain(error);
    }
  }

  /** A full disk must not end what is being logged; it is said once, until a line can be written again. */
  #complain(error: unknown): void {
    if (this.#broken) return;
    this.#broken = true;
    say(`${this.path} cannot be written (${error instanceof Error ? error.message : String(error)}); the processes go on. Free some space.`);
  }

  /** What was written last since this start, oldest first. */
  lastLines(): readonly string[] {
    return this.#lastLines;
  }

  #rotate(): void {
    if (this.#sizeBytes <= LARGEST_BYTES) return;
    renameSync(this.path, `${this.path}.1`);
    this.#sizeBytes = 0;
  }
}
