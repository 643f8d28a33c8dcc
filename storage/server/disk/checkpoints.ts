import type { Position } from "./journal";
import { writeBufferBytes } from "./ordered-rows";

/**
 * Chooses where the next start after a crash begins to read the journal: behind what the index has on disk for certain,
 * and not far behind, so that it is a matter of seconds whatever the number of objects.
 *
 * The index keeps what was written last in memory and in a log of its own. A full buffer is written to disk while the next
 * one fills, and no third one is begun before that is done: what two buffers of rows have followed is on disk.
 */
export class Checkpoints {
  #candidate: { position: Position; writtenBytes: number } | null = null;

  constructor(private readonly set: (position: Position) => void) {}

  /** @param writtenBytes of rows, since the start, when the changes up to `position` had taken effect */
  passed(position: Position, writtenBytes: number): void {
    if (this.#candidate && writtenBytes < this.#candidate.writtenBytes + 2 * writeBufferBytes) return;
    if (this.#candidate) this.set(this.#candidate.position);
    this.#candidate = { position, writtenBytes };
  }
}
