import { expect, it } from "vitest";
import type { LogLine } from "./event-log";
import { cutAtHits, filterLines, logText } from "./log-filter";

const line = (seq: number, level: LogLine["level"], text: string): LogLine => ({ attempt: 1, seq, atMs: Date.UTC(2026, 0, 2, 3, 4, 5, 6), level, text });
const lines = [line(1, "info", "Reading 4,015 pictures"), line(2, "debug", "shard 1"), line(4, "warn", "Left out food/a.txt"), line(5, "error", "Out of memory")];

it("keeps line numbers of the whole log under a filter", () => {
  expect(filterLines(lines, "warn", "").map((each) => each.number)).toEqual([3, 4]);
  expect(filterLines(lines, "debug", " READING ").map((each) => each.number)).toEqual([1]);
  expect(filterLines(lines, "info", "nowhere")).toEqual([]);
});

it("writes the log as text with times", () => {
  expect(logText(lines.slice(2, 3))).toBe("2026-01-02T03:04:05.006Z warn  Left out food/a.txt\n");
});

it("cuts a line at every hit", () => {
  expect(cutAtHits("Epoch 1, epoch 2", "epoch")).toEqual(["", "Epoch", " 1, ", "epoch", " 2"]);
  expect(cutAtHits("İstanbul istanbul", "istanbul")).toEqual(["İstanbul istanbul"]);
});
