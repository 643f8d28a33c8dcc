import type { JobEventBody } from "#lib/protocol/jobs";

export type NumberedEvent = { seq: number; atMs: number; body: JobEventBody };

export const maxBatchEvents = 500;
/** Characters of text in one batch; web takes no message larger than its limit of 12 MiB. */
export const maxBatchChars = 1024 * 1024;

/**
 * One attempt's events in order, from their numbering to web's acknowledgement. Pure: whoever holds it sends what
 * `nextBatch` gives and tells what came of it.
 *
 * At most one batch is under way. One that got no answer is sent again as it was or longer, with the same numbers; web
 * stores what it has not stored before.
 */
export class EventQueue {
  #events: NumberedEvent[] = [];
  #lastSeq = 0;
  #sending = false;
  #chars = 0;
  #fenced = false;

  /** @param events of an earlier process that web has not acknowledged, in order */
  constructor(events: readonly NumberedEvent[] = []) {
    this.#events = [...events];
    this.#lastSeq = events.at(-1)?.seq ?? 0;
    this.#chars = events.reduce((sum, event) => sum + charsOf(event), 0);
  }

  add(body: JobEventBody, atMs: number): void {
    if (this.#fenced) return;
    const event = { seq: ++this.#lastSeq, atMs, body };
    this.#events.push(event);
    this.#chars += charsOf(event);
  }

  /** @returns what to send now; null while a batch is under way or there is nothing */
  nextBatch(): NumberedEvent[] | null {
    if (this.#sending || this.#events.length === 0) return null;
    let chars = 0;
    let count = 0;
    for (const event of this.#events) {
      chars += charsOf(event);
      if (count > 0 && (count === maxBatchEvents || chars > maxBatchChars)) break;
      count++;
    }
    this.#sending = true;
    return this.#events.slice(0, count);
  }

  /** The batch got no answer: it will be sent again. */
  failed(): void {
    this.#sending = false;
  }

  /**
   * @param seq the last one that web has stored
   * @returns false when web lacks events that were acknowledged and forgotten: it lost what it had stored
   */
  acknowledged(seq: number): boolean {
    this.#sending = false;
    const first = this.#events[0]?.seq ?? this.#lastSeq + 1;
    const known = this.#events.findIndex((event) => event.seq > seq);
    const gone = this.#events.splice(0, known === -1 ? this.#events.length : known);
    this.#chars -= gone.reduce((sum, event) => sum + charsOf(event), 0);
    return seq >= first - 1;
  }

  /** The attempt was given away: nothing of it is wanted any more. */
  fence(): void {
    this.#fenced = true;
    this.#sending = false;
    this.#events = [];
    this.#chars = 0;
  }

  get fenced(): boolean {
    return this.#fenced;
  }

  /** events that web has not acknowledged */
  get pending(): readonly NumberedEvent[] {
    return this.#events;
  }

  /** their text, in characters: what waiting costs in memory */
  get pendingChars(): number {
    return this.#chars;
  }
}

function charsOf({ body }: NumberedEvent): number {
  return body.kind === "log" ? body.text.length + 100 : 150;
}
