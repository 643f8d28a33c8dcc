import { expect, it } from "vitest";
import { Throttle } from "./throttle";

it("lets so many through a second and says how long to wait for the next", () => {
  const throttle = new Throttle(3);
  expect([throttle.count(0), throttle.count(100)]).toEqual([0, 0]);
  expect(throttle.count(200)).toBe(800);
  expect(throttle.count(1000)).toBe(0);
  // Two a second for ever are never held up.
  expect(Array.from({ length: 10 }, (_, i) => throttle.count(2000 + i * 500)).every((wait) => wait === 0)).toBe(true);
});
