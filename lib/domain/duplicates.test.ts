import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectedLeak, groupDuplicates, nearBits, type Fingerprints } from "./duplicates";

/** A seeded stream of 32-bit words: mulberry32, T. Ettinger 2017. */
function words(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

function random(count: number, seed: number): Fingerprints {
  const next = words(seed);
  const fill = () => Uint32Array.from({ length: count * 8 }, next);
  return { sha256: fill(), pictureHash: fill(), hashed: new Uint8Array(count).fill(1) };
}

/** Makes picture `to` a near copy of `from`, `bits` of its hash flipped. */
function copyNear({ pictureHash }: Fingerprints, from: number, to: number, bits: number, seed: number): void {
  pictureHash.copyWithin(to * 8, from * 8, from * 8 + 8);
  const next = words(seed);
  const flipped = new Set<number>();
  while (flipped.size < bits) flipped.add(next() & 255);
  for (const bit of flipped) pictureHash[to * 8 + (bit >> 5)]! ^= 1 << (bit & 31);
}

describe("groups of duplicates", () => {
  it("are none among pictures that differ", async () => {
    const { groupOf, kinds } = await groupDuplicates(random(2000, 1));
    expect(kinds).toEqual([]);
    expect(new Set(groupOf)).toEqual(new Set([-1]));
  });

  it("find exact copies, whether they have a picture hash or not, and number groups by their first picture", async () => {
    const prints = random(10, 2);
    for (const to of [4, 9]) prints.sha256.copyWithin(to * 8, 8, 16);
    prints.sha256.copyWithin(3 * 8, 0, 8);
    prints.hashed.fill(0);
    expect(await groupDuplicates(prints)).toEqual({ groupOf: Int32Array.of(0, 1, -1, 0, 1, -1, -1, -1, -1, 1), kinds: ["exact", "exact"], sizes: [2, 3] });
  });

  it("find near copies up to the threshold, and not one bit beyond", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 0, max: nearBits - 12 }), async (seed, bits) => {
        const prints = random(300, seed);
        copyNear(prints, 5, 250, bits, seed);
        copyNear(prints, 7, 251, nearBits + 1, seed);
        const { groupOf, kinds } = await groupDuplicates(prints);
        expect(groupOf[5]).toBe(0);
        expect(groupOf[250]).toBe(0);
        expect(kinds).toEqual(["near"]);
      }),
      { numRuns: 50 },
    );
  });

  it("find a mirrored picture", async () => {
    const prints = random(50, 3);
    for (let bit = 0; bit < 256; bit++) {
      const source = 16 * Math.floor(bit / 16) + 15 - (bit % 16);
      const set = (prints.pictureHash[source >> 5]! >>> (source & 31)) & 1;
      const word = 40 * 8 + (bit >> 5);
      prints.pictureHash[word] = set ? prints.pictureHash[word]! & ~(1 << (bit & 31)) : prints.pictureHash[word]! | (1 << (bit & 31));
    }
    const { groupOf } = await groupDuplicates(prints);
    expect([groupOf[0], groupOf[40]]).toEqual([0, 0]);
  });

  it("join what a third one joins, and are near when any two differ", async () => {
    const prints = random(20, 4);
    copyNear(prints, 0, 10, 20, 5);
    copyNear(prints, 10, 15, 20, 6);
    prints.sha256.copyWithin(18 * 8, 0, 8);
    const { groupOf, kinds, sizes } = await groupDuplicates(prints);
    expect([0, 10, 15, 18].map((i) => groupOf[i])).toEqual([0, 0, 0, 0]);
    expect([kinds, sizes]).toEqual([["near"], [4]]);
  });

  it("leave apart what a person called different, but never exact copies", async () => {
    const prints = random(6, 7);
    copyNear(prints, 0, 1, 3, 8);
    prints.sha256.copyWithin(2 * 8, 0, 8);
    prints.apart = Int32Array.of(4, 4, 4, -1, -1, -1);
    expect([...(await groupDuplicates(prints)).groupOf]).toEqual([0, -1, 0, -1, -1, -1]);
  });

  it("stay quick when thousands of pictures look alike", async () => {
    const prints = random(20_000, 9);
    for (let i = 0; i < 10_000; i++) copyNear(prints, 0, i, 20, i + 1);
    const { groupOf } = await groupDuplicates(prints);
    expect(groupOf.subarray(0, 10_000).filter((group) => group === 0).length).toBeGreaterThan(9_900);
    expect(groupOf.subarray(10_000).every((group) => group === -1)).toBe(true);
  });
});

describe("the leak of a split by chance", () => {
  it("is what a simulation counts", () => {
    // 40 pairs and 10 triples among 400 pictures, 20,000 splits with shares 0.8, 0.1, 0.1
    const sizes = [...Array<number>(40).fill(2), ...Array<number>(10).fill(3)];
    const next = words(11);
    let leaked = 0;
    const rounds = 20_000;
    for (let round = 0; round < rounds; round++) {
      for (const size of sizes) {
        const sides = Array.from({ length: size }, () => next() / 2 ** 32);
        if (sides.some((side) => side >= 0.2)) leaked += sides.filter((side) => side < 0.1).length;
      }
    }
    const { testSamples, leakedSamples } = expectedLeak(sizes, 400, { validation: 0.1, test: 0.1 });
    expect(testSamples).toBe(40);
    expect(leakedSamples).toBeCloseTo(leaked / rounds, 0);
    // 80 · 0.1 · 0.8 + 30 · 0.1 · 0.96
    expect(leakedSamples).toBeCloseTo(9.28, 10);
  });
});
