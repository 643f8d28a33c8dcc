import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DuplicateSummary, LabelCount } from "#lib/protocol/datasets";
import { artifactsBucket, datasetManifestKey } from "#storage/keys";
import { createTestDatabase, type TestDatabase } from "../bin/testing/database";
import { Program } from "../bin/testing/program";
import { testStore } from "../bin/testing/store";
import { colorPicture, redAndBlue, Scene } from "./testing/scene";

let database: TestDatabase;
let scene: Scene<Program>;
let runner: Program;

beforeAll(async () => {
  database = await createTestDatabase();
  scene = await Scene.open({ databaseUrl: database.url, storeEnvironment: testStore(), spawn: (args, options) => new Program(args, options) });
  runner = await scene.startRunner();
});

afterAll(async () => {
  await scene.close();
  await database.drop();
});

const rowOf = (id: string) => scene.db.datasetVersion.findUniqueOrThrow({ where: { id } });
const samplesOf = (datasetVersionId: string) => scene.db.sample.findMany({ where: { datasetVersionId }, orderBy: { index: "asc" } });
async function done({ jobId, datasetVersionId }: { jobId: string; datasetVersionId: string }): Promise<string> {
  const { status } = await scene.job(jobId);
  if (status !== "succeeded") throw new Error((await scene.log(jobId)).join("\n"));
  return datasetVersionId;
}

describe("a draft", () => {
  it("is made of unlabelled pictures, labelled, and frozen without what was dropped", async () => {
    const bucket = await scene.newBucket(Object.fromEntries(Object.entries(await redAndBlue(6)).map(([key, body]) => [key.replace("/", "-"), body])));
    const id = await done(await scene.startImport(bucket, { dataset: "loose", params: { draft: true } }));
    expect(await rowOf(id)).toMatchObject({ status: "draft", digest: null, sampleCount: 12, unlabelledCount: 12, format: "unlabelled" });
    expect((await samplesOf(id)).every(({ state, split, pictureHash }) => state === "unlabelled" && split === null && pictureHash)).toBe(true);
    for (const label of ["red", "blue"]) {
      await scene.db.sample.updateMany({ where: { datasetVersionId: id, key: { startsWith: label } }, data: { label, state: "labelled" } });
    }
    await scene.db.sample.updateMany({ where: { datasetVersionId: id, key: "red-0.jpg" }, data: { dropped: true } });
    await scene.db.sample.updateMany({ where: { datasetVersionId: id, key: "red-1.jpg" }, data: { label: null, state: "unlabelled" } });
    await done(await scene.freeze("loose", 1, { split: { seed: 3, validation: 0.2, test: 0.2, keep: true } }));
    expect(await rowOf(id)).toMatchObject({ status: "ready", sampleCount: 11, unlabelledCount: 1 });
    const manifest = await scene.manifest(id);
    expect(manifest.samples.map(({ key }) => key)).not.toContain("red-0.jpg");
    expect(manifest.samples.find(({ key }) => key === "red-1.jpg")).toMatchObject({ label: null, split: null });
    expect(manifest.header).toMatchObject({ unlabelled: 1, split: { seed: 3, test: 0.2 } });
    // 20 % of 4 red and of 6 blue ones is one each
    expect(manifest.header.labels).toEqual([{ label: "blue", train: 4, validation: 1, test: 1 }, { label: "red", train: 2, validation: 1, test: 1 }]);
    expect((await samplesOf(id)).map(({ key }) => key)).not.toContain("red-0.jpg");
  });

  it("has the digest of its content, whichever way it was made", async () => {
    const bucket = await scene.newBucket(await redAndBlue(5));
    const first = await done(await scene.startImport(bucket, { dataset: "same-a" }));
    const draft = await done(await scene.startImport(bucket, { dataset: "same-b", params: { draft: true } }));
    await done(await scene.freeze("same-b", 1));
    const [a, b] = [await scene.manifest(first), await scene.manifest(draft)];
    expect(b.samples).toEqual(a.samples);
    expect({ ...b.header, dataset: "same-a" }).toEqual(a.header);
  });

  it("keeps copies and near copies on one side, says what a split by chance would leak, and holds to what a person kept apart", async () => {
    const scenery = (seed: number) =>
      sharp(Buffer.from(Array.from({ length: 120 * 90 }, (_, i) => 128 + 100 * Math.sin((i % 120) / (4 + seed) + Math.floor(i / 120) / (9 - seed)))), { raw: { width: 120, height: 90, channels: 1 } });
    const files = await redAndBlue(8);
    for (const i of [0, 1, 2]) {
      files[`red/near-${i}-a.jpg`] = await scenery(i).jpeg({ quality: 90 }).toBuffer();
      files[`red/near-${i}-b.jpg`] = await scenery(i).resize(100).jpeg({ quality: 60 }).toBuffer();
    }
    files["blue/copy.jpg"] = files["red/0.jpg"]!;
    const bucket = await scene.newBucket(files);
    const id = await done(await scene.startImport(bucket, { dataset: "copies" }));
    const { samples } = await scene.manifest(id);
    const groups = new Map<number, Set<string | null>>();
    for (const { group, split } of samples) if (group !== undefined) groups.set(group, (groups.get(group) ?? new Set()).add(split));
    expect([...groups.values()].map(({ size }) => size)).toEqual([1, 1, 1, 1]);
    const row = await rowOf(id);
    expect(row.duplicates as DuplicateSummary).toMatchObject({ exactGroups: 1, nearGroups: 3, samples: 8, conflictingGroups: 1 });
    // 8 grouped pictures × 0.1 tested × 0.8 with its one twin trained on
    expect((row.duplicates as DuplicateSummary).leak!.leakedSamples).toBeCloseTo(0.64, 6);
    expect(await scene.db.sampleFinding.count({ where: { datasetVersionId: id, code: "contradicting_labels" } })).toBe(2);

    const draft = await done(await scene.startImport(bucket, { dataset: "copies", baseVersion: 1, params: { derive: "copy", draft: true } }));
    const near = await scene.db.duplicateGroup.findFirstOrThrow({ where: { datasetVersionId: draft, kind: "near" } });
    await scene.db.duplicateGroup.updateMany({ where: { datasetVersionId: draft, id: near.id }, data: { keptApart: true } });
    await done(await scene.freeze("copies", 2));
    expect((await rowOf(draft)).duplicates).toMatchObject({ exactGroups: 1, nearGroups: 2 });
    const third = await done(await scene.startImport(bucket, { dataset: "copies", baseVersion: 2, params: { derive: "copy" } }));
    expect((await rowOf(third)).duplicates).toMatchObject({ exactGroups: 1, nearGroups: 2 });
    expect(await scene.db.duplicateGroup.count({ where: { datasetVersionId: third, keptApart: true } })).toBe(1);
  });
});

describe("a version made from another", () => {
  it("has its samples and sides, and its digest is its own", async () => {
    const bucket = await scene.newBucket(await redAndBlue(5));
    const base = await done(await scene.startImport(bucket, { dataset: "derived" }));
    const next = await done(await scene.startImport(bucket, { dataset: "derived", baseVersion: 1, params: { derive: "copy" } }));
    const [before, after] = [await scene.manifest(base), await scene.manifest(next)];
    expect(after.samples).toEqual(before.samples);
    expect(after.header).toMatchObject({ version: 2, base: 1 });
    expect((await rowOf(next)).digest).not.toBe((await rowOf(base)).digest);
  });

  it("takes up what changed in the bucket and reads nothing else again", async () => {
    const bucket = await scene.newBucket(await redAndBlue(5));
    const base = await done(await scene.startImport(bucket, { dataset: "synced" }));
    await scene.db.sample.updateMany({ where: { datasetVersionId: base, key: "red/4.jpg" }, data: { label: "scarlet", state: "accepted", labelledById: scene.userId } });
    await scene.store.put(bucket, "red/1.jpg", await colorPicture({ r: 220, g: 40, b: 40 }, 555));
    await scene.store.put(bucket, "blue/new.jpg", await colorPicture({ r: 40, g: 40, b: 220 }, 556));
    await scene.store.delete(bucket, "blue/0.jpg");
    const made = await scene.startImport(bucket, { dataset: "synced", baseVersion: 1, params: { derive: "sync", draft: true } });
    const next = await done(made);
    const [before, after] = [await samplesOf(base), await samplesOf(next)].map((rows) => new Map(rows.map((row) => [row.key, row])));
    expect([...after!.keys()]).toEqual([...before!.keys(), "blue/new.jpg"].filter((key) => key !== "blue/0.jpg").sort());
    expect(after!.get("red/1.jpg")).toMatchObject({ label: "red", state: "to-review" });
    expect(after!.get("red/1.jpg")!.sha256).not.toBe(before!.get("red/1.jpg")!.sha256);
    expect(after!.get("red/4.jpg")).toMatchObject({ label: "scarlet", state: "accepted", split: before!.get("red/4.jpg")!.split });
    expect(after!.get("blue/new.jpg")).toMatchObject({ label: "blue", split: null, state: "labelled" });
    expect(await scene.log(made.jobId)).toContainEqual("8 pictures of 10 had not changed and were not read again.");
    expect((await rowOf(next)).labels as LabelCount[]).toContainEqual(expect.objectContaining({ label: "blue", unsplit: 1 }));
  });
});

describe("trouble", () => {
  it("of a killed runner costs nothing: another one goes on and comes to the same end", async () => {
    const bucket = await scene.newBucket(await redAndBlue(300));
    const whole = await scene.manifest(await done(await scene.startImport(bucket, { dataset: "whole" })));
    const { jobId, datasetVersionId } = await scene.startImport(bucket, { dataset: "broken" });
    for (const endMs = Date.now() + 60_000; Date.now() < endMs && (await scene.db.sample.count({ where: { datasetVersionId } })) === 0; );
    await runner.end("SIGKILL");
    runner = await scene.startRunner("second");
    await done({ jobId, datasetVersionId });
    const broken = await scene.manifest(datasetVersionId);
    expect(broken.samples).toEqual(whole.samples);
    expect({ ...broken.header, dataset: "whole" }).toEqual(whole.header);
    expect((await scene.db.job.findUniqueOrThrow({ where: { id: jobId } })).attempt).toBe(2);
  });

  it("with a manifest that was changed in the store stops a training with its name", async () => {
    const bucket = await scene.newBucket(await redAndBlue(5));
    const id = await scene.imported(bucket, "damaged");
    const key = datasetManifestKey(scene.workspaceId, id);
    const parts: Uint8Array[] = [];
    for await (const part of (await scene.store.get(artifactsBucket, key)).body) parts.push(part as Uint8Array);
    await scene.store.put(artifactsBucket, key, Buffer.concat(parts).toString().replace('"label":"red"', '"label":"rod"'));
    expect(await scene.job(await scene.startAutoLearn(id, { name: "damaged" }))).toMatchObject({
      status: "failed", error: { code: "manifest_damaged", message: expect.stringContaining("damaged@1") },
    });
  });
});
