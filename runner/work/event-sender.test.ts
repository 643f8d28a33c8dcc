import { describe, expect, it, vi } from "vitest";
import { EventSender, type SendEvents } from "./event-sender";

const line = (text: string) => ({ kind: "log", level: "info", text }) as const;
const base = { jobId: "job_a", attempt: 1, retryMs: 1, onTrouble: () => {} };

describe("event sender", () => {
  it("repeats until web answers, and flush waits for that", async () => {
    const batches: number[][] = [];
    const send: SendEvents = async ({ events }) => {
      batches.push(events.map(({ seq }) => seq));
      if (batches.length < 3) throw new Error("web is not connected");
      return { seq: events.at(-1)!.seq, fenced: false };
    };
    const sender = new EventSender({ ...base, send });
    sender.add(line("a"));
    sender.add(line("b"));
    expect(await sender.flush(5_000)).toBe(true);
    expect(batches).toEqual([[1, 2], [1, 2], [1, 2]]);
  });

  it("gives up waiting in time and keeps the events", async () => {
    const sender = new EventSender({ ...base, send: () => Promise.reject(new Error("away")) });
    sender.add(line("a"));
    expect(await sender.flush(30)).toBe(false);
    expect(sender.pending).toHaveLength(1);
    sender.close();
  });

  it("sends the next batch at once when web stored only part of one", async () => {
    let stored = 0;
    const sender = new EventSender({ ...base, send: async ({ events }) => ({ seq: (stored = Math.min(stored + 1, events.at(-1)!.seq)), fenced: false }) });
    for (const text of ["a", "b", "c"]) sender.add(line(text));
    expect(await sender.flush(5_000)).toBe(true);
    expect(stored).toBe(3);
  });

  it("forgets everything once the attempt was given away", async () => {
    const sender = new EventSender({ ...base, send: async () => ({ seq: 0, fenced: true }) });
    sender.add(line("a"));
    expect(await sender.flush(5_000)).toBe(true);
    expect([sender.fenced, sender.pending.length]).toEqual([true, 0]);
  });

  it("holds the writer up when too much waits, and lets it go on when web has caught up", async () => {
    let away = true;
    const sender = new EventSender({
      ...base,
      send: async ({ events }) => {
        if (away) throw new Error("away");
        return { seq: events.at(-1)!.seq, fenced: false };
      },
    });
    const pressure = vi.fn();
    sender.onPressure = pressure;
    for (let i = 0; i < 600; i++) sender.add(line("x".repeat(16_000)));
    expect(pressure.mock.calls).toEqual([[true]]);
    away = false;
    expect(await sender.flush(10_000)).toBe(true);
    expect(pressure.mock.calls).toEqual([[true], [false]]);
  });
});
