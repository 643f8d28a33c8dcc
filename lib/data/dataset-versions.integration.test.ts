import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../bin/testing/database";
import { createDatasetVersion } from "./create-dataset-version";
import { createJob } from "./create-job";
import { closeDatabase, createDatabase, type Database } from "./database";
import { decideDuplicates, type DuplicateDecision } from "./decide-duplicates";
import { deleteDatasetVersion } from "./delete-dataset-version";
import { diffDatasetVersions, requireComparable } from "./diff-dataset-versions";
import { listVersionChanges } from "./list-version-changes";
import { seedVersion, type SeededSample } from "./testing/seed-version";
import { createWorld, type World } from "./testing/world";
import { updateDatasetVersion } from "./update-dataset-version";

let database: TestDatabase;
let db: Database;
let world: World;
const seed = (options: Omit<Parameters<typeof seedVersion>[1], "workspaceId">) => seedVersion(db, { workspaceId: world.workspaceId, ...options });

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
  world = await createWorld(db);
});

describe("naming and publishing", () => {
  const update = (version: number, change: { name?: string | null; published?: boolean; now?: Date }) =>
    updateDatasetVersion(db, { workspaceId: world.workspaceId, dataset: "food", version, ...change });

  it("changes what is given, and leaves the rest", async () => {
    await seed({ version: 1 });
    const first = new Date("2026-11-27T08:00:00Z");
    expect(await update(1, { name: "clean" })).toMatchObject({ name: "clean", publishedAt: null });
    expect(await update(1, { published: true, now: first })).toMatchObject({ name: "clean", publishedAt: first });
    expect(await update(1, { published: true, now: new Date() })).toMatchObject({ publishedAt: first });
    expect(await update(1, { name: null, published: false })).toMatchObject({ name: null, publishedAt: null });
  });

  it("gives a name to one version of a dataset only, but to one of each dataset", async () => {
    await seed({ version: 1 });
    await seed({ version: 2 });
    await seed({ version: 1, dataset: "drinks" });
    await update(1, { name: "clean" });
    await expect(update(2, { name: "clean" })).rejects.toMatchObject({ code: "version_name_taken", status: 409 });
    await updateDatasetVersion(db, { workspaceId: world.workspaceId, dataset: "drinks", version: 1, name: "clean" });
  });

  it("publishes only what is frozen, and finds only what is in the workspace", async () => {
    await seed({ version: 1, status: "draft" });
    await expect(update(1, { published: true })).rejects.toMatchObject({ code: "not_frozen" });
    await expect(update(2, { name: "x" })).rejects.toMatchObject({ code: "dataset_not_found", status: 404 });
    const other = await createWorld(db);
    await expect(updateDatasetVersion(db, { workspaceId: other.workspaceId, dataset: "food", version: 1, name: "x" })).rejects.toMatchObject({ status: 404 });
  });
});

describe("deleting a version", () => {
  const remove = (version: number) => deleteDatasetVersion(db, { workspaceId: world.workspaceId, dataset: "food", version });

  it("removes it with its rows, and gives its number to no other", async () => {
    await seed({ version: 1, samples: [{ key: "p/a/1.jpg", label: "a" }] });
    const id = await seed({ version: 2, samples: [{ key: "p/a/1.jpg", label: "b" }] });
    expect(await remove(2)).toEqual({ datasetVersionId: id });
    expect(await db.sample.count({ where: { datasetVersionId: id } })).toBe(0);
    expect(await db.datasetVersion.count()).toBe(1);
    const made = await createDatasetVersion(db, { workspaceId: world.workspaceId, dataset: "food", bucket: "b", prefix: "p/", createdById: "usr_a" });
    expect(made.version).toBe(3);
    await expect(remove(2)).rejects.toMatchObject({ status: 404 });
  });

  it("is refused by name while something needs the version", async () => {
    const id = await seed({ version: 1 });
    await db.datasetVersion.update({ where: { id }, data: { publishedAt: new Date() } });
    await expect(remove(1)).rejects.toMatchObject({ code: "dataset_version_in_use", message: "food@1 is published." });
    await db.datasetVersion.update({ where: { id }, data: { publishedAt: null } });

    const jobId = await world.job("auto-learn", id);
    await expect(remove(1)).rejects.toMatchObject({ code: "dataset_version_in_use", message: expect.stringContaining(jobId) });
    await db.job.update({ where: { id: jobId }, data: { status: "succeeded" } });

    const derived = await seed({ version: 2, status: "importing", baseVersion: 1 });
    await expect(remove(1)).rejects.toMatchObject({ code: "dataset_version_in_use", message: "food@2 is being made from food@1." });
    await db.datasetVersion.update({ where: { id: derived }, data: { status: "draft" } });

    const modelVersionId = await world.modelVersion();
    await db.modelVersion.update({ where: { id: modelVersionId }, data: { datasetVersionId: id } });
    await expect(remove(1)).rejects.toMatchObject({ code: "dataset_version_in_use", message: expect.stringContaining("@1 was trained on food@1") });
    await db.modelVersion.update({ where: { id: modelVersionId }, data: { datasetVersionId: null } });
    await remove(1);
  });

  it("never deletes under a job that begins at the same moment", async () => {
    for (let round = 1; round <= 12; round++) {
      const id = await seed({ version: round });
      const [job, removal] = await Promise.allSettled([
        createJob(db, { workspaceId: world.workspaceId, kind: "auto-learn", name: "m", params: {}, datasetVersionId: id, createdById: "usr_a" }),
        remove(round),
      ]);
      const there = (await db.datasetVersion.count({ where: { id } })) === 1;
      expect(job.status === "fulfilled").toBe(there);
      expect(removal.status === "rejected").toBe(there);
      if (job.status === "rejected") expect(job.reason).toMatchObject({ code: "moved_on" });
      if (removal.status === "rejected") expect(removal.reason).toMatchObject({ code: "dataset_version_in_use" });
    }
  });
});

describe("the difference of two versions", () => {
  const before: SeededSample[] = [
    { key: "p/a/gone.jpg", label: "a" }, { key: "p/a/moved.jpg", label: "a", split: "train" }, { key: "p/a/relabelled.jpg", label: "a" },
    { key: "p/a/replaced.jpg", label: "a", sha256: "old" }, { key: "p/a/same.jpg", label: "a" }, { key: "p/a/unlabelled.jpg", label: null, split: null },
  ];
  const after: SeededSample[] = [
    { key: "p/z/new.jpg", label: "z" }, { key: "p/a/moved.jpg", label: "a", split: "test" }, { key: "p/a/relabelled.jpg", label: "b" },
    { key: "p/a/replaced.jpg", label: "b", sha256: "new" }, { key: "p/a/same.jpg", label: "a" }, { key: "p/a/unlabelled.jpg", label: null, split: null },
  ];
  const whole = async (from: string, to: string, more: { kind?: string; search?: string } = {}) => {
    const [a, b] = await Promise.all([from, to].map((id) => db.datasetVersion.findUniqueOrThrow({ where: { id } })));
    const { diffId, counts } = await diffDatasetVersions(db, { datasetId: b!.datasetId, from: a!, to: b! });
    const rows = await listVersionChanges(db, { diffId, fromId: from, toId: to, after: -1, limit: 100, ...more });
    return { diffId, counts, rows };
  };

  it("says by key what was added, removed, relabelled, moved and replaced, and counts the rest", async () => {
    const [from, to] = [await seed({ version: 1, samples: before }), await seed({ version: 2, samples: after })];
    const { counts, rows } = await whole(from, to);
    expect(counts).toEqual({ added: 1, removed: 1, relabelled: 1, moved: 1, replaced: 1, same: 2 });
    expect(rows.map(({ kind, key, before: b, after: a }) => [kind, key, b && `${b.label} ${b.split}`, a && `${a.label} ${a.split}`])).toEqual([
      ["removed", "p/a/gone.jpg", "a train", null],
      ["moved", "p/a/moved.jpg", "a train", "a test"],
      ["relabelled", "p/a/relabelled.jpg", "a train", "b train"],
      ["replaced", "p/a/replaced.jpg", "a train", "b train"],
      ["added", "p/z/new.jpg", null, "z train"],
    ]);
    expect((await whole(from, to, { kind: "added" })).rows.map(({ key }) => key)).toEqual(["p/z/new.jpg"]);
    expect((await whole(from, to, { search: "RELAB" })).rows.map(({ key }) => key)).toEqual(["p/a/relabelled.jpg"]);
    expect((await whole(to, from)).counts).toEqual({ added: 1, removed: 1, relabelled: 1, moved: 1, replaced: 1, same: 2 });
  });

  it("is worked out once, however many ask at the same time", async () => {
    const [from, to] = [await seed({ version: 1, samples: before }), await seed({ version: 2, samples: after })];
    const all = await Promise.all(Array.from({ length: 6 }, () => whole(from, to)));
    expect(new Set(all.map(({ diffId }) => diffId)).size).toBe(1);
    expect(await db.versionChange.count()).toBe(5);
  });

  it("is worked out anew when a draft has changed, and when it was frozen", async () => {
    const from = await seed({ version: 1, samples: before });
    const to = await seed({ version: 2, status: "draft", samples: before });
    expect((await whole(from, to)).counts).toMatchObject({ removed: 0, same: 6 });
    await db.sample.updateMany({ where: { datasetVersionId: to, index: 0 }, data: { dropped: true } });
    await db.datasetVersion.update({ where: { id: to }, data: { draftRevision: { increment: 1 } } });
    expect((await whole(from, to)).counts).toMatchObject({ removed: 1, same: 5 });
    await db.sample.updateMany({ where: { datasetVersionId: to, index: 1 }, data: { split: "test" } });
    await db.datasetVersion.update({ where: { id: to }, data: { status: "ready" } });
    expect((await whole(from, to)).counts).toMatchObject({ removed: 1, moved: 1, same: 4 });
    expect(await db.versionDiff.count()).toBe(1);
  });

  it("keeps the newest few of a dataset only, and goes with its versions", async () => {
    const ids = [];
    for (let version = 1; version <= 9; version++) ids.push(await seed({ version, samples: before }));
    for (const to of ids.slice(1)) await whole(ids[0]!, to);
    expect(await db.versionDiff.count()).toBe(6);
    await deleteDatasetVersion(db, { workspaceId: world.workspaceId, dataset: "food", version: 1 });
    expect(await db.versionDiff.count()).toBe(0);
  });

  it("is not made of a version that has no samples", () => {
    expect(() => requireComparable("food@2", "importing")).toThrow(expect.objectContaining({ code: "dataset_not_ready" }));
    expect(() => requireComparable("food@2", "failed")).toThrow(expect.objectContaining({ code: "dataset_not_ready" }));
  });
});

describe("deciding on a group of duplicates", () => {
  async function draft(status = "draft"): Promise<string> {
    const id = await seed({
      version: 1, status,
      samples: [{ key: "1", label: "a", groupId: 7 }, { key: "2", label: "b", split: "test", groupId: 7 }, { key: "3", label: null, split: null, groupId: 7 }, { key: "4", label: "a" }],
    });
    await db.duplicateGroup.create({ data: { datasetVersionId: id, id: 7, kind: "exact", size: 3, conflicting: true } });
    await db.datasetVersion.update({ where: { id }, data: { duplicates: { exactGroups: 1, nearGroups: 0, samples: 3, conflictingGroups: 1, leak: null } } });
    return id;
  }
  const decide = (datasetVersionId: string, decision: DuplicateDecision, group = 7) =>
    decideDuplicates(db, { datasetVersionId, shown: "food@1", group, decision, userId: "usr_a" });
  const rows = async (datasetVersionId: string) =>
    (await db.sample.findMany({ where: { datasetVersionId }, orderBy: { index: "asc" } })).map(({ label, dropped, revision }) => [label, dropped, revision]);
  const version = (id: string) => db.datasetVersion.findUniqueOrThrow({ where: { id } });

  it("drops all but one, and another choice brings that one back", async () => {
    const id = await draft();
    expect(await decide(id, { decision: "drop", keep: 0 })).toEqual({ changed: 2, draftRevision: 1 });
    expect(await rows(id)).toEqual([["a", false, 0], ["b", true, 1], [null, true, 1], ["a", false, 0]]);
    expect(await version(id)).toMatchObject({
      sampleCount: 2, unlabelledCount: 0, sizeBytes: 20n, draftRevision: 1, duplicates: { conflictingGroups: 0 },
      labels: [{ label: "a", train: 2, validation: 0, test: 0 }, { label: "b", train: 0, validation: 0, test: 0 }],
    });
    expect(await decide(id, { decision: "drop", keep: 1 })).toMatchObject({ changed: 2 });
    expect((await rows(id)).map(([, dropped]) => dropped)).toEqual([true, false, true, false]);
  });

  it("gives all the same label", async () => {
    const id = await draft();
    expect(await decide(id, { decision: "merge", label: "c" })).toEqual({ changed: 3, draftRevision: 1 });
    expect((await rows(id)).map(([label]) => label)).toEqual(["c", "c", "c", "a"]);
    expect(await version(id)).toMatchObject({
      sampleCount: 4, unlabelledCount: 0,
      labels: [{ label: "a", train: 1 }, { label: "b", test: 0 }, { label: "c", train: 1, test: 1, unsplit: 1 }],
    });
    expect(await db.duplicateGroup.findFirst()).toMatchObject({ conflicting: false, keptApart: false });
    expect(await db.sample.findFirst({ where: { datasetVersionId: id, index: 0 } })).toMatchObject({ labelledById: "usr_a", state: "labelled" });
  });

  it("keeps them as different pictures, and takes that back", async () => {
    const id = await draft();
    expect(await decide(id, { decision: "keep" })).toEqual({ changed: 0, draftRevision: 1 });
    expect(await db.duplicateGroup.findFirst()).toMatchObject({ conflicting: true, keptApart: true });
    await decide(id, { decision: "together" });
    expect(await db.duplicateGroup.findFirst()).toMatchObject({ keptApart: false });
  });

  it("is refused for a frozen version, an unknown group and a picture of another", async () => {
    const id = await draft();
    await expect(decide(id, { decision: "keep" }, 8)).rejects.toMatchObject({ status: 404 });
    await expect(decide(id, { decision: "drop", keep: 3 })).rejects.toMatchObject({ code: "sample_not_found" });
    await db.datasetVersion.update({ where: { id }, data: { status: "ready" } });
    await expect(decide(id, { decision: "keep" })).rejects.toMatchObject({ code: "not_a_draft", status: 409 });
  });

  it("loses no count when many decide at the same time", async () => {
    const id = await draft();
    const decisions: DuplicateDecision[] = Array.from({ length: 12 }, (_, i) => (i % 3 === 0 ? { decision: "merge", label: i % 2 ? "a" : "b" } : { decision: "drop", keep: i % 3 }));
    await Promise.all(decisions.map((decision) => decide(id, decision)));
    const { labels, sampleCount, sizeBytes, draftRevision } = await version(id);
    const present = await db.sample.findMany({ where: { datasetVersionId: id, dropped: false } });
    expect(draftRevision).toBe(12);
    expect(sampleCount).toBe(present.length);
    expect(sizeBytes).toBe(BigInt(present.length * 10));
    const total = (labels as { train: number; validation: number; test: number; unsplit?: number }[]).reduce((sum, l) => sum + l.train + l.validation + l.test + (l.unsplit ?? 0), 0);
    expect(total).toBe(present.filter(({ label }) => label !== null).length);
  });
});
