import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splits, type Split } from "#lib/domain/dataset";
import { countLeaked, noSide, splitSamples, type SplitShares } from "./split";

type Item = { label: string | null; group?: string; side?: Split };

const repeat = (label: string, count: number): Item[] => Array.from({ length: count }, () => ({ label }));

function flat(items: readonly Item[]) {
  const labels = [...new Set(items.map(({ label }) => label))].filter((label) => label !== null);
  const groups = new Map<string, number>();
  for (const { group } of items) if (group !== undefined && !groups.has(group)) groups.set(group, groups.size);
  return {
    labels,
    labelOf: Int32Array.from(items, ({ label }) => (label === null ? -1 : labels.indexOf(label))),
    groupOf: Int32Array.from(items, ({ group }) => (group === undefined ? -1 : groups.get(group)!)),
    sideOf: Uint8Array.from(items, ({ side }) => (side ? splits.indexOf(side) : noSide)),
  };
}

const split = (items: readonly Item[], shares: SplitShares) => [...splitSamples(flat(items), shares).sideOf].map((side) => splits[side]);

/** Two to five labels of 3 to 60 samples, some of them copies of each other within the label. */
const datasets = fc
  .array(fc.record({ distinct: fc.integer({ min: 3, max: 40 }), copies: fc.integer({ min: 0, max: 20 }) }), { minLength: 2, maxLength: 5 })
  .map((labels) =>
    labels.flatMap(({ distinct, copies }, label) =>
      Array.from({ length: distinct + copies }, (_, i) => ({ label: `label ${label}`, group: `${label}/${i % distinct}` })),
    ),
  );

describe("splitSamples", () => {
  it("puts every sample on one side and every label on all three", () => {
    fc.assert(
      fc.property(datasets, fc.integer(), (samples, seed) => {
        const sides = split(samples, { seed });
        expect(sides.length).toBe(samples.length);
        for (const label of new Set(samples.map((sample) => sample.label))) {
          const seen = new Set(sides.filter((_, i) => samples[i]!.label === label));
          expect(seen).toEqual(new Set(["train", "validation", "test"]));
        }
      }),
    );
  });

  it("never puts one group on two sides", () => {
    fc.assert(
      fc.property(datasets, fc.integer(), (samples, seed) => {
        const sides = split(samples, { seed });
        const sideOf = new Map<string, string>();
        samples.forEach(({ group }, i) => {
          expect(sideOf.get(group!) ?? sides[i]).toBe(sides[i]);
          sideOf.set(group!, sides[i]!);
        });
      }),
    );
  });

  it("is the same for the same seed and another for another", () => {
    const samples = [...repeat("a", 100), ...repeat("b", 100)];
    expect(split(samples, { seed: 1 })).toEqual(split(samples, { seed: 1 }));
    expect(split(samples, { seed: 1 })).not.toEqual(split(samples, { seed: 2 }));
  });

  it("takes a tenth of every label for validation and for test", () => {
    const samples = [...repeat("a", 400), ...repeat("b", 37)];
    const sides = split(samples, { seed: 5 });
    const count = (label: string, side: string) => sides.filter((s, i) => s === side && samples[i]!.label === label).length;
    // round(400 × 0.1) = 40, round(37 × 0.1) = 4
    expect(["train", "validation", "test"].map((side) => count("a", side))).toEqual([320, 40, 40]);
    expect(["train", "validation", "test"].map((side) => count("b", side))).toEqual([29, 4, 4]);
  });

  it("names the label that has too few pictures, and how many", () => {
    expect(() => split([...repeat("a", 10), ...repeat("b", 2)], { seed: 1 })).toThrow(
      expect.objectContaining({ code: "too_few_samples", message: expect.stringContaining('"b" has 2'), nextStep: expect.stringMatching(/.+/) }),
    );
  });

  it("refuses a dataset with one label", () => {
    expect(() => split(repeat("a", 10), { seed: 1 })).toThrow(expect.objectContaining({ code: "too_few_labels" }));
  });

  it("refuses a label whose pictures are copies of one", () => {
    const copies = repeat("b", 9).map((sample) => ({ ...sample, group: "same" }));
    expect(() => split([...repeat("a", 10), ...copies], { seed: 1 })).toThrow(
      expect.objectContaining({ code: "too_few_distinct_samples", message: expect.stringContaining('"b" has 9 pictures but only 1') }),
    );
  });

  it("refuses a label whose pictures all lie under another label too", () => {
    const both = Array.from({ length: 5 }, (_, i) => String(i));
    const samples = both.flatMap((group) => [{ label: "a", group }, { label: "b", group }]);
    expect(() => split(samples, { seed: 1 })).toThrow(expect.objectContaining({ code: "too_few_distinct_samples" }));
  });

  it("gives no side to what has no label", () => {
    const sides = split([...repeat("a", 10), { label: null }, ...repeat("b", 10)], { seed: 1 });
    expect(sides[10]).toBeUndefined();
    expect(sides.filter((side) => side !== undefined).length).toBe(20);
  });

  it("keeps sides, fills up with new samples, and moves a group that stands on two to training", () => {
    const before: Item[] = ["a", "b"].flatMap((label) => repeat(label, 50)).map((item, i) => ({ ...item, side: splits[i % 5 === 0 ? 1 : i % 5 === 1 ? 2 : 0]! }));
    before[0] = { ...before[0]!, group: "twins" }; // validation
    before[2] = { ...before[2]!, group: "twins" }; // training
    const items = [...before, ...repeat("a", 50), ...repeat("b", 50)];
    const { sideOf, moved } = splitSamples(flat(items), { seed: 3, validation: 0.2, test: 0.2 });
    expect(moved).toBe(1);
    expect(splits[sideOf[0]!]).toBe("train");
    before.forEach(({ side }, i) => i > 0 && expect(splits[sideOf[i]!]).toBe(side));
    // a fifth of 100 for each label, some of them kept
    const count = (label: string, side: Split) => items.filter((item, i) => item.label === label && splits[sideOf[i]!] === side).length;
    expect((["a", "b"] as const).map((label) => splits.map((side) => count(label, side)))).toEqual([[60, 20, 20], [60, 20, 20]]);
  });

  it("leaves no side of a label empty, whatever was to be kept", () => {
    const items: Item[] = ["a", "b"].flatMap((label) => repeat(label, 6)).map((item, i) => ({ ...item, side: i === 0 ? "test" : "train" }));
    const sides = split(items, { seed: 1 });
    for (const label of ["a", "b"]) expect(new Set(sides.filter((_, i) => items[i]!.label === label))).toEqual(new Set(splits));
  });

  it("keeps nothing where all of it was called training: that was no split", () => {
    const items: Item[] = ["a", "b"].flatMap((label) => repeat(label, 50)).map((item) => ({ ...item, side: "train" }));
    expect(split(items, { seed: 1 })).toEqual(split(items.map(({ label }) => ({ label })), { seed: 1 }));
  });

  it("takes a group with several labels for that of the most", () => {
    const group: Item[] = ["b", "a", "a"].map((label) => ({ label, group: "mixed" }));
    const sides = split([...group, ...repeat("a", 2), ...repeat("b", 10)], { seed: 1 });
    expect(new Set(sides.slice(0, 3)).size).toBe(1);
    expect(new Set([sides[0], sides[3], sides[4]])).toEqual(new Set(splits));
  });
});

describe("the leak of given sides", () => {
  it("counts test samples that have a twin among those trained on", () => {
    const items: Item[] = [
      { label: "a", group: "x", side: "train" }, { label: "a", group: "x", side: "test" }, { label: "a", group: "x", side: "test" },
      { label: "a", group: "y", side: "validation" }, { label: "a", group: "y", side: "test" }, { label: "a", side: "test" },
    ];
    expect(countLeaked(flat(items))).toBe(2);
  });
});
