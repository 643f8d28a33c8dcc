import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JobEvent } from "#lib/protocol/jobs";
import { appendEvents, emptyEventLog, hasGap, linesOf, metricsOf, resumeCursor } from "./event-log";

function line(attempt: number, seq: number): JobEvent {
  return { attempt, seq, atMs: attempt * 1000 + seq, body: { kind: "log", level: "info", text: `${attempt}:${seq}` } };
}
const lines = (attempt: number, from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => line(attempt, from + i));
const texts = (log: typeof emptyEventLog) => linesOf(log).map((each) => each.text);

describe("appendEvents", () => {
  it("takes consecutive batches in and moves the cursor", () => {
    const log = appendEvents(appendEvents(emptyEventLog, lines(1, 1, 3)), lines(1, 4, 5));
    expect(texts(log)).toEqual(["1:1", "1:2", "1:3", "1:4", "1:5"]);
    expect(resumeCursor(log)).toBe("1:5");
    expect(hasGap(log)).toBe(false);
  });

  it("leaves a batch that is in already out, and says so by identity", () => {
    const log = appendEvents(emptyEventLog, lines(1, 1, 3));
    expect(appendEvents(log, lines(1, 2, 3))).toBe(log);
    expect(texts(appendEvents(log, lines(1, 2, 4)))).toEqual(["1:1", "1:2", "1:3", "1:4"]);
  });

  it("holds what comes before its turn and resumes from before the gap", () => {
    const early = appendEvents(appendEvents(emptyEventLog, lines(1, 1, 2)), lines(1, 5, 6));
    expect(texts(early)).toEqual(["1:1", "1:2"]);
    expect(hasGap(early)).toBe(true);
    expect(resumeCursor(early)).toBe("1:2");
    const filled = appendEvents(early, lines(1, 3, 4));
    expect(texts(filled)).toEqual(["1:1", "1:2", "1:3", "1:4", "1:5", "1:6"]);
    expect(hasGap(filled)).toBe(false);
  });

  it("goes on with a second attempt from its own line 1", () => {
    const log = appendEvents(appendEvents(emptyEventLog, lines(1, 1, 2)), [...lines(1, 3, 3), ...lines(2, 1, 2)]);
    expect(texts(log)).toEqual(["1:1", "1:2", "1:3", "2:1", "2:2"]);
    expect(resumeCursor(log)).toBe("2:2");
  });

  it("resumes in the earlier attempt while that one has a gap", () => {
    const log = appendEvents(emptyEventLog, [...lines(1, 1, 2), ...lines(1, 4, 4), ...lines(2, 1, 3)]);
    expect(resumeCursor(log)).toBe("1:2");
  });

  it("starts before the first event when only a later one is known", () => {
    expect(resumeCursor(appendEvents(emptyEventLog, lines(1, 2, 4)))).toBe("0:0");
  });

  it("parts metrics from lines within the one sequence", () => {
    const metric: JobEvent = { attempt: 1, seq: 2, atMs: 5, body: { kind: "metric", name: "train/loss", value: null, step: 7, epoch: 0 } };
    const log = appendEvents(emptyEventLog, [line(1, 1), metric, line(1, 3)]);
    expect(texts(log)).toEqual(["1:1", "1:3"]);
    expect(metricsOf(log)).toEqual([{ attempt: 1, seq: 2, atMs: 5, name: "train/loss", value: null, step: 7, epoch: 0 }]);
  });

  it("ends with every line once and in order, however batches are cut, mixed and repeated", () => {
    const all = [...lines(1, 1, 12), ...lines(2, 1, 9)];
    const batches = fc.array(fc.tuple(fc.nat(20), fc.nat(8)), { maxLength: 30 });
    fc.assert(
      fc.property(batches, fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }), (cuts, shuffled) => {
        let log = emptyEventLog;
        for (const [from, count] of cuts) log = appendEvents(log, all.slice(from, from + count));
        for (const event of shuffled) log = appendEvents(log, [event]);
        expect(texts(log)).toEqual(all.map((event) => `${event.attempt}:${event.seq}`));
        expect(resumeCursor(log)).toBe("2:9");
      }),
      { numRuns: 200 },
    );
  });
});
