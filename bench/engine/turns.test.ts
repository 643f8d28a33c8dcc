import { describe, expect, it } from "vitest";
import { median } from "./turns";

describe("the median", () => {
  it("is the middle one, or the mean of the middle two, as numbers", () => {
    expect(median([10, 9, 100])).toBe(10);
    expect(median([1, 100, 9, 11])).toBe(10);
  });
});
