import type { JobEventBody } from "#lib/protocol/jobs";
import type { RunnerToWeb } from "#lib/protocol/runner-socket";
import { EventQueue, type NumberedEvent } from "./event-queue";

/** web's answer to a batch; rejects when there was none. */
export type SendEvents = (batch: RunnerToWeb["job.events"]) => Promise<{ seq: number; fenced: boolean }>;

export type EventSenderOptions = {
  jobId: string;
  attempt: number;
  send: SendEvents;
  /** what an earlier process left */
  events?: readonly NumberedEvent[];
  /** web refused or lost something; the work goes on */
  onTrouble(what: string): void;
  /** wait before a batch that failed is sent again */
  retryMs?: number;
};

/** How long what is said is gathered before it is sent. */
const gatherMs = 100;
/** More unsent text than this holds the writer up. */
const highWaterChars = 8 * 1024 * 1024;

/** Sends one attempt's events until web has all of them, however often the connection breaks. */
export class EventSender {
  readonly #options: EventSenderOptions;
  readonly #queue: EventQueue;
  #timer: NodeJS.Timeout | null = null;
  #waiting: (() => void)[] = [];
  #closed = false;
  #full = false;
  /** told when there is too much unsent, and when there is room again */
  onPressure: (full: boolean) => void = () => {};

  constructor(options: EventSenderOptions) {
    this.#options = options;
    this.#queue = new EventQueue(options.events);
    if (this.#queue.pending.length > 0) this.#later(0);
  }

  add(body: JobEventBody, atMs: number = Date.now()): void {
    this.#queue.add(body, atMs);
    if (!this.#full && this.#queue.pendingChars > highWaterChars) {
      this.#full = true;
      this.onPressure(true);
    }
    this.#later(gatherMs);
  }

  get fenced(): boolean {
    return this.#queue.fenced;
  }

  get pending(): readonly NumberedEvent[] {
    return this.#queue.pending;
  }

  /** @returns true when web has everything said so far; false when the time was up before */
  async flush(waitMs: number): Promise<boolean> {
    if (this.#queue.pending.length === 0) return true;
    this.#later(0);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((other) => other !== done);
        resolve(this.#queue.pending.length === 0);
      }, waitMs);
      const done = () => {
        clearTimeout(timer);
        resolve(true);
      };
      this.#waiting.push(done);
    });
  }

  /** Sends no more. */
  close(): void {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  #later(delayMs: number): void {
    if (this.#closed || (this.#timer && delayMs > 0)) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#sendNext();
    }, delayMs);
  }

  async #sendNext(): Promise<void> {
    const { jobId, attempt, send, onTrouble, retryMs = 1_000 } = this.#options;
    const events = this.#queue.nextBatch();
    if (!events) return;
    try {
      const { seq, fenced } = await send({ jobId, attempt, events });
      if (fenced) this.#queue.fence();
      else if (!this.#queue.acknowledged(seq)) {
        onTrouble(`web has events up to ${seq} only and had acknowledged more: what is missing is lost`);
        this.#queue.fence();
      } else if (seq < events[0]!.seq) throw new Error(`web stored nothing of the batch from ${events[0]!.seq}`);
    } catch (error) {
      this.#queue.failed();
      onTrouble(error instanceof Error ? error.message : String(error));
      this.#later(retryMs);
      return;
    }
    if (this.#full && this.#queue.pendingChars < highWaterChars / 2) {
      this.#full = false;
      this.onPressure(false);
    }
    if (this.#queue.pending.length > 0) return this.#later(0);
    for (const done of this.#waiting.splice(0)) done();
  }
}
