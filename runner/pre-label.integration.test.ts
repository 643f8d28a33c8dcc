import { afterAll, beforeAll, expect, it } from "vitest";
import { changeSamples } from "#lib/data/change-samples";
import { createJob } from "#lib/data/create-job";
import { createTestDatabase, type TestDatabase } from "../bin/testing/database";
import { Program } from "../bin/testing/program";
import { testStore } from "../bin/testing/store";
import { redAndBlue, Scene } from "./testing/scene";

let database: TestDatabase;
let scene: Scene<Program>;

beforeAll(async () => {
  database = await createTestDatabase();
  scene = await Scene.open({ databaseUrl: database.url, storeEnvironment: testStore(), spawn: (args, options) => new Program(args, options) });
  await scene.startRunner();
});
afterAll(async () => {
  await scene.close();
  await database.drop();
});

it("a trained model suggests labels where a draft has none; what has changed in the bucket is named and left", async () => {
  const { db, store, workspaceId, userId } = scene;
  const bucket = await scene.newBucket(await redAndBlue(12));
  const trained = await scene.imported(bucket, "colours");
  const training = await scene.job(await scene.startAutoLearn(trained, { name: "colours" }));
  expect(training.status).toBe("succeeded");

  const draft = await scene.imported(bucket, "draft");
  await db.sample.updateMany({ where: { datasetVersionId: draft }, data: { label: null, split: null, state: "unlabelled" } });
  await db.datasetVersion.update({ where: { id: draft }, data: { status: "draft", unlabelledCount: 24, labels: [{ label: "red", train: 0, validation: 0, test: 0 }] } });
  await changeSamples(db, { datasetVersionId: draft, changes: [{ index: 0, revision: 0, label: "red" }], userId, now: new Date() });
  const replaced = await db.sample.findUniqueOrThrow({ where: { datasetVersionId_index: { datasetVersionId: draft, index: 1 } } });
  await store.put(bucket, replaced.key, "another");

  const { jobId } = await createJob(db, { workspaceId, kind: "pre-label", name: "draft", params: { model: "colours@1" }, datasetVersionId: draft, createdById: userId });
  await scene.queue.sendJob(jobId);
  expect(await scene.job(jobId)).toMatchObject({ status: "succeeded", result: { metrics: { suggested: 22, refused: 1 } } });
  const rows = await db.sample.findMany({ where: { datasetVersionId: draft }, orderBy: { index: "asc" } });
  expect(rows.slice(0, 2).map(({ label, suggestedLabel }) => [label, suggestedLabel])).toEqual([["red", null], [null, null]]);
  for (const { label, suggestedLabel, suggestedProbability, revision } of rows.slice(2)) {
    expect([label, revision]).toEqual([null, 0]);
    expect(["red", "blue"]).toContain(suggestedLabel);
    expect(suggestedProbability).toBeGreaterThanOrEqual(0.5);
  }
  expect((await scene.log(jobId)).join("\n")).toContain(`${replaced.key}: it has changed`);
});
