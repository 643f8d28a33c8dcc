import { expect, it } from "vitest";
import { Checkpoints } from "./checkpoints";
import type { Position } from "./journal";
import { writeBufferBytes } from "./ordered-rows";

it("lets two buffers of rows follow what it calls safe, and keeps no further behind than four", () => {
  const set: Position[] = [];
  const checkpoints = new Checkpoints((position) => set.push(position));
  const step = writeBufferBytes / 8;
  for (let i = 0; i < 200; i++) {
    checkpoints.passed({ segment: "00000001", offset: i, batch: i }, i * step);
    const safe = set.at(-1)?.offset;
    if (safe !== undefined) expect((i - safe) * step).toBeGreaterThanOrEqual(2 * writeBufferBytes);
    if (i * step >= 2 * writeBufferBytes) expect((i - safe!) * step).toBeLessThan(4 * writeBufferBytes);
  }
  // 0, 16, 32 …, each when the next one is reached: 16 steps are two buffers
  expect(set.map(({ offset }) => offset)).toEqual(Array.from({ length: 12 }, (_, i) => 16 * i));
});
