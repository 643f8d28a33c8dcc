import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventQueue, maxBatchChars, maxBatchEvents, type NumberedEvent } from "./event-queue";

const line = (text: string) => ({ kind: "log", level: "info", text }) as const;

/** What appendEvents of lib/data does with a batch: stores what is new and leaves no gap. */
class Stored {
  events: NumberedEvent[] = [];
  take(batch: readonly NumberedEvent[]): number {
    const fresh = batch.filter(({ seq }) => seq > this.events.length);
    if (fresh.every(({ seq }, i) => seq === this.events.length + 1 + i)) this.events.push(...fresh);
    return this.events.length;
  }
}

describe("the events of an attempt", () => {
  it("are stored once each, in order, whatever happens to batches and answers", () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("add" as const), count: fc.integer({ min: 1, max: 700 }) }),
      fc.record({ do: fc.constantFrom("answered" as const, "answer-lost" as const, "batch-lost" as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new EventQueue();
        const web = new Stored();
        let said = 0;
        const send = (fate: "answered" | "answer-lost" | "batch-lost") => {
          const batch = queue.nextBatch();
          if (!batch) return;
          expect(batch.length).toBeLessThanOrEqual(maxBatchEvents);
          const seq = fate === "batch-lost" ? 0 : web.take(batch);
          if (fate === "answered") expect(queue.acknowledged(seq)).toBe(true);
          else queue.failed();
        };
        for (const one of steps) {
          if (one.do === "add") for (let i = 0; i < one.count; i++) queue.add(line(`line ${++said}`), said);
          else send(one.do);
        }
        while (queue.pending.length > 0) send("answered");
        expect(web.events.map(({ body }) => (body as { text: string }).text)).toEqual(Array.from({ length: said }, (_, i) => `line ${i + 1}`));
        expect(queue.pendingChars).toBe(0);
      }),
    );
  });

  it("go one batch at a time, and a batch that failed is sent again with the same numbers", () => {
    const queue = new EventQueue();
    queue.add(line("a"), 1);
    const first = queue.nextBatch();
    queue.add(line("b"), 2);
    expect(queue.nextBatch()).toBeNull();
    queue.failed();
    expect(queue.nextBatch()).toEqual([...first!, { seq: 2, atMs: 2, body: line("b") }]);
  });

  it("fit into a message of web's, long lines included", () => {
    const queue = new EventQueue();
    for (let i = 0; i < 500; i++) queue.add(line("x".repeat(16_384)), i);
    const batch = queue.nextBatch()!;
    expect(batch.length).toBeGreaterThan(1);
    expect(batch.reduce((sum, { body }) => sum + (body as { text: string }).text.length, 0)).toBeLessThanOrEqual(maxBatchChars);
  });

  it("are dropped when the attempt was given away", () => {
    const queue = new EventQueue();
    queue.add(line("a"), 1);
    queue.nextBatch();
    queue.fence();
    queue.add(line("b"), 2);
    expect([queue.pending.length, queue.nextBatch(), queue.fenced]).toEqual([0, null, true]);
  });

  it("tell when web lost what it had acknowledged", () => {
    const queue = new EventQueue();
    for (const text of ["a", "b", "c"]) queue.add(line(text), 0);
    queue.nextBatch();
    expect(queue.acknowledged(3)).toBe(true);
    queue.add(line("d"), 0);
    queue.nextBatch();
    expect(queue.acknowledged(1)).toBe(false);
  });

  it("go on with their numbers after another process kept them", () => {
    const queue = new EventQueue([{ seq: 7, atMs: 1, body: line("kept") }]);
    queue.add(line("new"), 2);
    expect(queue.nextBatch()!.map(({ seq }) => seq)).toEqual([7, 8]);
  });
});
