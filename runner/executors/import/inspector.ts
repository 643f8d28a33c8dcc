import type { Inspected } from "#lib/protocol/child";
import type { ChildExit } from "../../sandbox/exit-reason";

/** A name in the child's input folder, or the bytes of a small one: a file each costs more than decoding it. */
export type Picture = { file: string } | { bytes: Uint8Array<ArrayBuffer> };

/** The child that decodes: started anew when it dies. */
export type InspectorChild = {
  send(message: { type: "inspect"; id: number; file?: string; bytes?: Uint8Array<ArrayBuffer> }): void;
  kill(): void;
  exited: Promise<ChildExit>;
};

export type InspectorListener = { ready(): void; inspected(id: number, result: Inspected): void };

type Waiting = { picture: Picture; resolve(result: Inspected): void; reject(error: Error): void };

const answerMs = 90_000;
/** So often a child may die before it is ready: that is no picture's fault. */
const maxFalseStarts = 3;

/**
 * Has files decoded in a child. A picture that kills the decoder costs a restart and is itself rejected: after a death the
 * files under way are tried again one by one, so that the culprit is alone when it happens again.
 */
export class Inspector {
  readonly #start: (listener: InspectorListener) => Promise<InspectorChild>;
  #child: Promise<InspectorChild> | null = null;
  #waiting = new Map<number, Waiting>();
  #careful: number[] = [];
  #nextId = 0;
  #ready = false;
  #falseStarts = 0;
  #closed = false;

  constructor(start: (listener: InspectorListener) => Promise<InspectorChild>) {
    this.#start = start;
  }

  /** @throws Error when no child can be kept alive */
  inspect(picture: Picture): Promise<Inspected> {
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#waiting.set(id, { picture, resolve, reject });
      if (this.#careful.length > 0) this.#careful.push(id);
      else void this.#ask(id);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const child = await this.#child?.catch(() => null);
    child?.kill();
    await child?.exited;
  }

  async #ask(id: number): Promise<void> {
    try {
      const child = await (this.#child ??= this.#launch());
      const waiting = this.#waiting.get(id);
      if (!waiting) return;
      const timer = setTimeout(() => child.kill(), answerMs);
      const { resolve } = waiting;
      waiting.resolve = (result) => {
        clearTimeout(timer);
        resolve(result);
      };
      child.send({ type: "inspect", id, ...waiting.picture });
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  async #launch(): Promise<InspectorChild> {
    this.#ready = false;
    const child = await this.#start({
      ready: () => {
        this.#ready = true;
        this.#falseStarts = 0;
      },
      inspected: (id, result) => this.#settle(id, result),
    });
    void child.exited.then((exit) => this.#died(exit));
    return child;
  }

  #settle(id: number, result: Inspected): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    waiting.resolve(result);
    if (this.#careful[0] === id) {
      this.#careful.shift();
      this.#nextCareful();
    }
  }

  #died(exit: ChildExit): void {
    this.#child = null;
    if (this.#closed || this.#waiting.size === 0) return;
    if (!this.#ready) {
      if (++this.#falseStarts > maxFalseStarts) {
        return this.#fail(new Error(`the decoding process ends as soon as it starts: ${exit.lastWords.trim().slice(-300) || `code ${exit.code}`}`));
      }
    } else if (this.#careful.length > 0) {
      // It was the only one under way.
      return this.#settle(this.#careful[0]!, { code: "unreadable", reason: "decoding it takes too long, too much memory, or breaks the decoder" });
    }
    this.#careful = [...this.#waiting.keys()];
    this.#nextCareful();
  }

  #nextCareful(): void {
    const next = this.#careful[0];
    if (next !== undefined) void this.#ask(next);
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    this.#careful = [];
  }
}
