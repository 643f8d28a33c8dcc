import { expect, it } from "vitest";
import { paceOf } from "./pace";

it("tells labels a minute and the time left, without the pauses", () => {
  const steady = Array.from({ length: 31 }, (_, i) => 1_000_000 + i * 2_000);
  // 30 labels in 60 s; 90 left take three minutes.
  expect(paceOf(steady, 1_060_000, 90)).toEqual({ perMinute: 30, leftMs: 180_000 });
  expect(paceOf(steady.slice(0, 3), 1_060_000, 90)).toBeNull();
  expect(paceOf([0, 1_000, 2_000, 200_000, 201_000], 201_000, 0)).toEqual({ perMinute: (4 / 63_000) * 60_000, leftMs: null });
  expect(paceOf(steady, 2_000_000, 90)).toBeNull();
});
