import fc from "fast-check";
import { expect, it } from "vitest";
import { shareTraffic } from "./share-traffic";

it("gives whole percents that sum to what is there to share, in proportion", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 8 }), fc.integer({ min: 0, max: 100 }), (shares, percent) => {
      const shared = shareTraffic(shares, percent);
      const total = shares.reduce((sum, share) => sum + share, 0);
      expect(shared.reduce((sum, share) => sum + share, 0)).toBe(percent);
      shared.forEach((share, i) => expect(Math.abs(share - (shares[i]! * percent) / total)).toBeLessThan(1));
    }),
  );
});

it("has nothing to give to nobody", () => {
  expect(shareTraffic([], 90)).toEqual([]);
  expect(shareTraffic([0, 0], 90)).toEqual([0, 0]);
});
