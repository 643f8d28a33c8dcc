import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../bin/testing/database";
import { addLabel } from "./add-label";
import { changeAllSamples } from "./change-all-samples";
import { changeSamples, type RevisedChange } from "./change-samples";
import { closeDatabase, createDatabase, type Database } from "./database";
import { listUnlabelled } from "./list-unlabelled";
import { renameLabel } from "./rename-label";
import { suggestLabels } from "./suggest-labels";
import { createDraft } from "./testing/draft";
import { createWorld } from "./testing/world";

let database: TestDatabase;
let db: Database;
let draft: string;
const now = new Date("2026-11-27T12:00:00Z");

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDatabase(database.url);
});
afterAll(async () => {
  await closeDatabase(db);
  await database.drop();
});
beforeEach(async () => {
  await db.workspace.deleteMany();
  const { workspaceId } = await createWorld(db);
  // 0 and 1 are cake, 2 is tea, the others have no label; each has ten bytes.
  draft = await createDraft(db, { workspaceId, labels: ["cake", "cake", "tea", null, null, null] });
});

const change = (userId: string, ...changes: RevisedChange[]) => changeSamples(db, { datasetVersionId: draft, changes, userId, now });
const version = () => db.datasetVersion.findUniqueOrThrow({ where: { id: draft } });
const sample = (index: number) => db.sample.findUniqueOrThrow({ where: { datasetVersionId_index: { datasetVersionId: draft, index } } });

/** What the version's row says must be what its samples say. */
async function expectCountsRight(): Promise<void> {
  const { sampleCount, unlabelledCount, sizeBytes, labels } = await version();
  const rows = await db.sample.findMany({ where: { datasetVersionId: draft, dropped: false } });
  const counted = new Map<string, number>();
  for (const { label, split } of rows) if (label !== null) counted.set(`${label}/${split ?? "unsplit"}`, (counted.get(`${label}/${split ?? "unsplit"}`) ?? 0) + 1);
  const said = (labels as Record<string, string | number>[]).flatMap(({ label, ...sides }) => Object.entries(sides).map(([side, count]) => [`${label}/${side}`, count] as const)).filter(([, count]) => count !== 0);
  expect({ sampleCount, unlabelledCount, sizeBytes: Number(sizeBytes) }).toEqual({
    sampleCount: rows.length, unlabelledCount: rows.filter(({ label }) => label === null).length, sizeBytes: rows.length * 10,
  });
  expect(Object.fromEntries(said)).toEqual(Object.fromEntries(counted));
}

describe("changing samples", () => {
  it("records label, state, who and when, and answers a stale change with what is there", async () => {
    const { changed, conflicts, draftRevision } = await change("usr_a", { index: 3, revision: 0, label: "soup" });
    expect(changed).toMatchObject([{ index: 3, label: "soup", state: "labelled", revision: 1, labelledById: "usr_a", labelledAt: now }]);
    expect([conflicts, draftRevision]).toEqual([[], 1]);
    const second = await change("usr_b", { index: 3, revision: 0, label: "tea" }, { index: 4, revision: 0, label: "tea" });
    expect(second.conflicts).toMatchObject([{ index: 3, label: "soup", revision: 1, labelledById: "usr_a" }]);
    expect(second.changed).toMatchObject([{ index: 4, label: "tea" }]);
    expect(await sample(3)).toMatchObject({ label: "soup", revision: 1 });
    await expectCountsRight();
  });

  it("counts a change that is so already as done, whatever its revision: an answer that was lost can be asked for again", async () => {
    await change("usr_a", { index: 3, revision: 0, label: "soup" });
    const again = await change("usr_a", { index: 3, revision: 0, label: "soup" });
    expect(again).toMatchObject({ changed: [{ index: 3, revision: 1 }], conflicts: [], draftRevision: 1 });
  });

  it("applies several of one sample in their order", async () => {
    const { changed } = await change("usr_a", { index: 3, revision: 0, label: "soup" }, { index: 3, revision: 1, dropped: true }, { index: 3, revision: 2, label: null });
    expect(changed).toMatchObject([{ index: 3, label: null, dropped: true, state: "unlabelled", revision: 3 }]);
    await expectCountsRight();
  });

  it("keeps boxes, and changes nothing at all when one of them cannot be", async () => {
    const boxes = [{ label: "cup", left: 0.1, top: 0.2, right: 0.5, bottom: 0.75 }];
    await change("usr_a", { index: 3, revision: 0, boxes });
    expect(await sample(3)).toMatchObject({ boxes });
    await expect(change("usr_a", { index: 4, revision: 0, label: "tea" }, { index: 5, revision: 0, state: "accepted" })).rejects.toMatchObject({ code: "state_contradicts_label" });
    await expect(change("usr_a", { index: 4, revision: 0, label: "tea" }, { index: 99, revision: 0, label: "tea" })).rejects.toMatchObject({ code: "sample_not_found" });
    expect(await sample(4)).toMatchObject({ label: null, revision: 0 });
  });

  it("is for drafts only", async () => {
    for (const status of ["importing", "freezing", "ready", "failed"]) {
      await db.datasetVersion.update({ where: { id: draft }, data: { status } });
      const refused = { code: "not_a_draft", status: 409 };
      await expect(change("usr_a", { index: 3, revision: 0, label: "tea" })).rejects.toMatchObject(refused);
      await expect(changeAllSamples(db, { datasetVersionId: draft, where: {}, change: { dropped: true }, userId: "usr_a", now })).rejects.toMatchObject(refused);
      await expect(addLabel(db, { datasetVersionId: draft, label: "x" })).rejects.toMatchObject(refused);
      await expect(renameLabel(db, { datasetVersionId: draft, label: "tea", to: "x" })).rejects.toMatchObject(refused);
      await expect(suggestLabels(db, { datasetVersionId: draft, suggestions: [{ index: 3, revision: 0, label: "tea", probability: 1 }] })).rejects.toMatchObject(refused);
    }
    expect(await sample(3)).toMatchObject({ label: null, suggestedLabel: null });
  });

  it("by two people at once loses none that was acknowledged, however they interleave", async () => {
    const step = fc.record({ who: fc.constantFrom("usr_a", "usr_b"), index: fc.nat(5), label: fc.constantFrom("cake", "tea", null), stale: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 12 }), async (steps) => {
        const seen = new Map((await db.sample.findMany({ where: { datasetVersionId: draft } })).map((row) => [row.index, row.revision]));
        // Both start from what they saw; each sends its changes at the same time as the other one.
        const send = async (who: string) => {
          const mine = new Map(seen);
          const acknowledged: { index: number; label: string | null; revision: number }[] = [];
          for (const { index, label, stale } of steps.filter((each) => each.who === who)) {
            const { changed, conflicts } = await change(who, { index, label, revision: mine.get(index)! });
            for (const row of changed) acknowledged.push({ index: row.index, label: row.label, revision: row.revision });
            for (const row of [...changed, ...(stale ? [] : conflicts)]) mine.set(row.index, row.revision);
          }
          return acknowledged;
        };
        const acknowledged = (await Promise.all([send("usr_a"), send("usr_b")])).flat();
        for (const { index, label, revision } of acknowledged) {
          const same = acknowledged.filter((other) => other.index === index && other.revision === revision);
          // One revision is one truth: two who were told the same revision were told the same label.
          expect(new Set(same.map((other) => other.label))).toEqual(new Set([label]));
        }
        for (const row of await db.sample.findMany({ where: { datasetVersionId: draft } })) {
          const last = acknowledged.filter(({ index }) => index === row.index).sort((a, b) => b.revision - a.revision)[0];
          if (last) expect([row.label, row.revision]).toEqual([last.label, last.revision]);
          else expect(row.revision).toBe(seen.get(row.index));
        }
        await expectCountsRight();
      }),
      { numRuns: 25 },
    );
  });
});

describe("changing all that a filter lets through", () => {
  const all = (where: object, what: object) => changeAllSamples(db, { datasetVersionId: draft, where, change: what, userId: "usr_a", now });

  it("says how many it changed, and leaves those that are so already", async () => {
    expect(await all({ label: "cake" }, { label: "tea" })).toEqual({ changed: 2, draftRevision: 1 });
    expect(await all({ label: "tea" }, { label: "tea", state: "labelled" })).toEqual({ changed: 0, draftRevision: 1 });
    expect(await sample(0)).toMatchObject({ label: "tea", revision: 1, labelledById: "usr_a" });
    expect(await all({ label: "tea" }, { dropped: true })).toMatchObject({ changed: 3 });
    expect(await all({ dropped: "true" }, { dropped: false })).toMatchObject({ changed: 3 });
    await expectCountsRight();
  });

  it("accepts only what has something to accept", async () => {
    expect(await all({}, { state: "accepted" })).toMatchObject({ changed: 3 });
    expect(await all({ state: "unlabelled" }, { state: "to-review" })).toMatchObject({ changed: 3 });
    expect(await all({}, { label: null })).toMatchObject({ changed: 6 });
    expect(await sample(0)).toMatchObject({ label: null, state: "unlabelled", split: "train" });
    await expectCountsRight();
    await expect(all({}, {})).rejects.toMatchObject({ code: "nothing_to_change" });
    await expect(all({}, { label: null, state: "accepted" })).rejects.toMatchObject({ code: "state_contradicts_label" });
  });

  it("accepts the suggestions that are sure enough", async () => {
    await suggestLabels(db, { datasetVersionId: draft, suggestions: [{ index: 3, revision: 0, label: "cake", probability: 0.9 }, { index: 4, revision: 0, label: "pie", probability: 0.4 }] });
    expect(await all({ minProbability: 0.8 }, { acceptSuggestions: true })).toMatchObject({ changed: 1 });
    expect(await sample(3)).toMatchObject({ label: "cake", state: "labelled" });
    expect(await all({}, { acceptSuggestions: true })).toMatchObject({ changed: 1 });
    expect((await version()).labels).toMatchObject([{ label: "cake" }, { label: "tea" }, { label: "pie", unsplit: 1 }]);
    await expectCountsRight();
  });
});

describe("labels", () => {
  it("are added once, renamed with boxes and suggestions, and folded into another", async () => {
    await addLabel(db, { datasetVersionId: draft, label: "soup" });
    expect(await addLabel(db, { datasetVersionId: draft, label: "soup" })).toEqual({ draftRevision: 1 });
    await change("usr_a", { index: 5, revision: 0, boxes: [{ label: "tea", left: 0, top: 0, right: 1, bottom: 1 }, { label: "cup", left: 0, top: 0, right: 0.5, bottom: 1 }] });
    await suggestLabels(db, { datasetVersionId: draft, suggestions: [{ index: 3, revision: 0, label: "tea", probability: 0.9 }] });
    expect(await renameLabel(db, { datasetVersionId: draft, label: "tea", to: "cake" })).toMatchObject({ changed: 2 });
    expect(await sample(2)).toMatchObject({ label: "cake", revision: 1 });
    expect(await sample(3)).toMatchObject({ suggestedLabel: "cake", revision: 0 });
    expect(await sample(5)).toMatchObject({ boxes: [{ label: "cake", right: 1 }, { label: "cup", right: 0.5 }], revision: 2 });
    expect((await version()).labels).toEqual([{ label: "cake", train: 3, validation: 0, test: 0 }, { label: "soup", train: 0, validation: 0, test: 0 }]);
    await expect(renameLabel(db, { datasetVersionId: draft, label: "tea", to: "x" })).rejects.toMatchObject({ code: "label_not_found" });
    await expectCountsRight();
  });
});

describe("suggestions", () => {
  it("are written only where nobody has labelled or changed the sample meanwhile", async () => {
    expect((await listUnlabelled(db, { datasetVersionId: draft, after: 3, limit: 9 })).map(({ index }) => index)).toEqual([4, 5]);
    await change("usr_a", { index: 4, revision: 0, state: "to-review" }, { index: 5, revision: 0, label: "tea" });
    const written = await suggestLabels(db, {
      datasetVersionId: draft, suggestions: [2, 3, 4, 5].map((index) => ({ index, revision: 0, label: "cake", probability: 0.5 })),
    });
    expect(written).toBe(1);
    expect(await sample(3)).toMatchObject({ suggestedLabel: "cake", suggestedProbability: 0.5, label: null, revision: 0 });
  });
});
