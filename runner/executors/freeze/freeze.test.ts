import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { VersionSample } from "#lib/data/read-version-samples";
import { noSide } from "#lib/nn/split";
import { Columns } from "./columns";
import { findFindings } from "./findings";
import { groupSamples } from "./groups";

const sha = (text: string) => createHash("sha256").update(text).digest();
let next = 0;
const sample = (label: string | null, more: Partial<VersionSample> = {}): VersionSample => {
  const index = next++;
  return {
    index, key: `p/${index}.jpg`, label, split: null, sha256: sha(`s${index}`).toString("hex"), sizeBytes: 10, width: 100, height: 100, boxes: null,
    pictureHash: new Uint8Array(sha(`h${index}`)), sharpness: 100, brightness: 0.5, groupId: null, ...more,
  };
};
const many = (label: string, count: number) => Array.from({ length: count }, () => sample(label));

function columnsOf(samples: VersionSample[]): Columns {
  const columns = new Columns(samples.length);
  for (const one of samples) columns.add(one);
  columns.sortLabels();
  return columns;
}

async function found(samples: VersionSample[], { rejected = 0, keptApart = [] as number[] } = {}) {
  const columns = columnsOf(samples);
  const groups = await groupSamples(columns, keptApart.map((id) => ({ id, keptApart: true })));
  return { columns, groups, ...findFindings(columns, groups, rejected) };
}
const codes = async (samples: VersionSample[], rejected = 0) => (await found(samples, { rejected })).findings.map(({ code }) => code);

describe("a version's columns", () => {
  it("hold labels by their place in order, whatever order they came in", () => {
    const columns = columnsOf([sample("pear"), sample(null), sample("apple", { split: "test" }), sample("pear", { split: "train" })]);
    expect(columns.labels).toEqual(["apple", "pear"]);
    expect([...columns.labelOf]).toEqual([1, -1, 0, 1]);
    // train, validation, test
    expect([...columns.sideOf]).toEqual([noSide, noSide, 2, 0]);
    expect(columns.sizeBytes).toBe(40);
  });
});

describe("findings", () => {
  it("name each sample they are about", async () => {
    const odd = [sample("a", { width: 20 }), sample("a", { sharpness: 5 }), sample("b", { brightness: 0.05 }), sample("b", { width: 400 })];
    const { places } = await found([...odd, ...many("a", 5), ...many("b", 5)]);
    // 20 px wide is tiny and, at 100 high, five times as high as wide
    expect(places).toEqual([{ code: "tiny_pictures", places: [0] }, { code: "blurred", places: [1] }, { code: "dark", places: [2] }, { code: "odd_aspect", places: [0, 3] }]);
  });

  it("say when labels differ only in how they are written, and when one is rare", async () => {
    expect((await found([...many("ice cream", 4), ...many("Ice_Cream", 4)])).findings).toEqual([expect.objectContaining({ code: "similar_labels", labels: ["Ice_Cream", "ice cream"] })]);
    expect((await found([...many("a", 50), ...many("b", 10)])).findings).toEqual([expect.objectContaining({ code: "class_imbalance", labels: ["b"] })]);
  });

  it("say when nothing or too little could be taken in", async () => {
    expect(await codes([], 3)).toEqual(["no_pictures", "many_rejected"]);
    expect(await codes([...many("a", 10), ...many("b", 10)], 1)).toEqual(["many_rejected"]);
    expect(await codes([...many("a", 20), ...many("b", 20)], 1)).toEqual([]);
  });
});

describe("groups", () => {
  const same = () => sha("same").toString("hex");
  const hash = new Uint8Array(sha("one hash"));
  const nearHash = () => {
    const other = Uint8Array.from(hash);
    other[0]! ^= 0b111;
    return other;
  };

  it("conflict when their samples have several labels; an unlabelled copy contradicts nobody", async () => {
    const contradicting = await found([sample("a", { sha256: same() }), sample("b", { sha256: same() }), ...many("a", 3)]);
    expect(contradicting.groups.rows).toEqual([{ id: 0, kind: "exact", size: 2, conflicting: true, keptApart: false }]);
    expect(contradicting.places.map(({ code }) => code)).toEqual(["contradicting_labels", "duplicates"]);
    const open = await found([sample("a", { sha256: same() }), sample(null, { sha256: same() }), ...many("a", 3)]);
    expect(open.groups.rows[0]).toMatchObject({ conflicting: false });
  });

  it("that a person kept apart are shown, and do not bind the split", async () => {
    const pair = [sample("a", { pictureHash: hash, groupId: 7 }), sample("b", { pictureHash: nearHash(), groupId: 7 })];
    const joined = await found([...pair, ...many("a", 3)]);
    expect([...joined.groups.groupOf.subarray(0, 2)]).toEqual([0, 0]);
    const apart = await found([...pair, ...many("a", 3)], { keptApart: [7] });
    expect([...apart.groups.groupOf.subarray(0, 2)]).toEqual([-1, -1]);
    expect([...apart.groups.shownOf.subarray(0, 2)]).toEqual([0, 0]);
    expect(apart.groups.rows).toEqual([{ id: 0, kind: "near", size: 2, conflicting: false, keptApart: true }]);
    expect(apart.findings.map(({ code }) => code)).toEqual([]);
  });
});
