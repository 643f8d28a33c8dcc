import { LatheError } from "#lib/domain/errors";
import type { ChildToRunner } from "#lib/protocol/child";

export type Answer = Extract<ChildToRunner, { type: "predicted" | "inferred" }>;

type Waiting = { resolve(answer: Answer): void; reject(error: LatheError): void; timer: NodeJS.Timeout };

/** Requests under way in one child, each with its time. */
export class Answers {
  readonly #maxWaiting: number;
  readonly #answerMs: number;
  readonly #onSilence: () => void;
  #waiting = new Map<number, Waiting>();
  #nextId = 0;
  #idle: (() => void)[] = [];

  /** @param onSilence a request got no answer within its time: the child hangs */
  constructor(options: { maxWaiting: number; answerMs: number; onSilence(): void }) {
    this.#maxWaiting = options.maxWaiting;
    this.#answerMs = options.answerMs;
    this.#onSilence = options.onSilence;
  }

  /** @throws LatheError 503 `endpoint_busy`, or as the child's answer has it */
  ask(send: (id: number) => void): Promise<Answer> {
    if (this.#waiting.size >= this.#maxWaiting) {
      return Promise.reject(
        new LatheError({
          code: "endpoint_busy",
          message: `${this.#waiting.size} requests are waiting for this model already.`,
          nextStep: "Send fewer at a time, or try again in a moment.",
          status: 503,
        }),
      );
    }
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      const timer = setTimeout(() => this.#onSilence(), this.#answerMs);
      this.#waiting.set(id, { resolve, reject, timer });
      send(id);
    });
  }

  settle(message: ChildToRunner): void {
    if (message.type !== "predicted" && message.type !== "inferred" && message.type !== "refused") return;
    const waiting = this.#take(message.id);
    if (!waiting) return;
    if (message.type === "refused") waiting.reject(new LatheError(message.error));
    else waiting.resolve(message);
    this.#tellIdle();
  }

  /** The child is gone: nobody will answer these. */
  failAll(error: LatheError): void {
    for (const id of [...this.#waiting.keys()]) this.#take(id)?.reject(error);
    this.#tellIdle();
  }

  /** resolves when nothing is under way */
  whenIdle(): Promise<void> {
    return this.#waiting.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.push(resolve));
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (waiting) clearTimeout(waiting.timer);
    return waiting;
  }

  #tellIdle(): void {
    if (this.#waiting.size === 0) for (const done of this.#idle.splice(0)) done();
  }
}
