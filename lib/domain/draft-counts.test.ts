import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { foldLabel, recount, withLabel, type DraftCounts, type LabelTally } from "./draft-counts";
import { changeSample, isAlready, type DraftChange, type DraftSample } from "./draft-sample";

const empty: DraftCounts = { samples: 0, unlabelled: 0, sizeBytes: 0, labels: [] };
const label = fc.constantFrom("cake", "tea", "soup");
const sample: fc.Arbitrary<DraftSample> = fc.record({
  label: fc.option(label), dropped: fc.boolean(), split: fc.constantFrom("train", "validation", "test", null), sizeBytes: fc.nat(100),
}).map((base): DraftSample => ({ ...base, boxes: [], state: base.label === null ? "unlabelled" : "labelled" }));
const change: fc.Arbitrary<DraftChange> = fc.record({ label: fc.option(label), dropped: fc.boolean() }, { requiredKeys: [] });

const countAll = (samples: DraftSample[]): DraftCounts =>
  samples.reduce((counts, each) => recount(counts, { before: { ...each, dropped: true, label: null }, after: each, count: 1, sizeBytes: each.sizeBytes }), empty);
const total = ({ labels, ...rest }: DraftCounts) => ({ ...rest, labels: labels.filter((l) => l.train + l.validation + l.test + (l.unsplit ?? 0) > 0).sort((a, b) => (a.label < b.label ? -1 : 1)) });

describe("a draft's counts", () => {
  it("after any changes are those of counting again", () => {
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 8 }), fc.array(fc.tuple(fc.nat(7), change), { maxLength: 20 }), (samples, changes) => {
        let counts = countAll(samples);
        const now = [...samples];
        for (const [at, what] of changes) {
          const before = now[at % now.length]!;
          const after = changeSample(before, what);
          counts = recount(counts, { before, after, count: 1, sizeBytes: before.sizeBytes });
          now[at % now.length] = after;
        }
        expect(total(counts)).toEqual(total(countAll(now)));
      }),
    );
  });

  it("keep a label's place when it is renamed, and one place when it is folded", () => {
    const tally = (name: string, train: number): LabelTally => ({ label: name, train, validation: 0, test: 0 });
    expect(foldLabel([tally("Cake", 2), tally("tea", 1)], "Cake", "cake")).toEqual([tally("cake", 2), tally("tea", 1)]);
    expect(foldLabel([tally("Tea", 2), { ...tally("tea", 1), unsplit: 3 }], "Tea", "tea")).toEqual([{ ...tally("tea", 3), unsplit: 3 }]);
    expect(withLabel([tally("tea", 1)], "soup")).toEqual([tally("tea", 1), tally("soup", 0)]);
  });
});

describe("a change of a sample", () => {
  const plain: DraftSample = { label: null, state: "unlabelled", dropped: false, boxes: [], split: "train", sizeBytes: 1 };
  const box = { label: "cup", left: 0.1, top: 0.2, right: 0.5, bottom: 0.6 };

  it("of its label sets its state unless one is given", () => {
    expect(changeSample(plain, { label: "tea" })).toMatchObject({ label: "tea", state: "labelled", split: "train" });
    expect(changeSample(plain, { label: "tea", state: "accepted" })).toMatchObject({ state: "accepted" });
    expect(changeSample({ ...plain, label: "tea", state: "accepted" }, { label: null })).toMatchObject({ state: "unlabelled", split: "train" });
    expect(changeSample(plain, { state: "to-review" })).toMatchObject({ label: null, state: "to-review" });
  });

  it("that contradicts itself is refused", () => {
    expect(() => changeSample(plain, { state: "accepted" })).toThrow(expect.objectContaining({ code: "state_contradicts_label" }));
    expect(() => changeSample(plain, { label: "tea", state: "unlabelled" })).toThrow(expect.objectContaining({ code: "state_contradicts_label" }));
    expect(() => changeSample(plain, { boxes: [{ ...box, right: 0.1 }] })).toThrow(expect.objectContaining({ code: "invalid_box" }));
  });

  it("puts a box's corners in order, and knows when all is so already", () => {
    expect(changeSample(plain, { boxes: [{ ...box, left: 0.5, right: 0.1 }] }).boxes).toEqual([box]);
    expect(isAlready({ ...plain, boxes: [box] }, { boxes: [{ ...box }], dropped: false })).toBe(true);
    expect(isAlready(plain, { label: "tea" })).toBe(false);
  });
});
