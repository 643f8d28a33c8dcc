import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitSamples, type Splittable } from "./split";

const repeat = (label: string, count: number): Splittable[] => Array.from({ length: count }, () => ({ label }));

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
        const sides = splitSamples(samples, { seed });
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
        const sides = splitSamples(samples, { seed });
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
    expect(splitSamples(samples, { seed: 1 })).toEqual(splitSamples(samples, { seed: 1 }));
    expect(splitSamples(samples, { seed: 1 })).not.toEqual(splitSamples(samples, { seed: 2 }));
  });

  it("takes a tenth of every label for validation and for test", () => {
    const samples = [...repeat("a", 400), ...repeat("b", 37)];
    const sides = splitSamples(samples, { seed: 5 });
    const count = (label: string, side: string) => sides.filter((s, i) => s === side && samples[i]!.label === label).length;
    // round(400 × 0.1) = 40, round(37 × 0.1) = 4
    expect(["train", "validation", "test"].map((side) => count("a", side))).toEqual([320, 40, 40]);
    expect(["train", "validation", "test"].map((side) => count("b", side))).toEqual([29, 4, 4]);
  });

  it("names the label that has too few pictures, and how many", () => {
    expect(() => splitSamples([...repeat("a", 10), ...repeat("b", 2)], { seed: 1 })).toThrow(
      expect.objectContaining({ code: "too_few_samples", message: expect.stringContaining('"b" has 2'), nextStep: expect.stringMatching(/.+/) }),
    );
  });

  it("refuses a dataset with one label", () => {
    expect(() => splitSamples(repeat("a", 10), { seed: 1 })).toThrow(expect.objectContaining({ code: "too_few_labels" }));
  });

  it("refuses a label whose pictures are copies of one", () => {
    const copies = repeat("b", 9).map((sample) => ({ ...sample, group: "same" }));
    expect(() => splitSamples([...repeat("a", 10), ...copies], { seed: 1 })).toThrow(
      expect.objectContaining({ code: "too_few_distinct_samples", message: expect.stringContaining('"b" has 9 pictures but only 1') }),
    );
  });

  it("refuses a label whose pictures all lie under another label too", () => {
    const both = Array.from({ length: 5 }, (_, i) => String(i));
    const samples = both.flatMap((group) => [{ label: "a", group }, { label: "b", group }]);
    expect(() => splitSamples(samples, { seed: 1 })).toThrow(expect.objectContaining({ code: "too_few_distinct_samples" }));
  });
});
