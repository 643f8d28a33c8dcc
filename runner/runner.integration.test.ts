import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { artifactsBucket, datasetManifestKey } from "#storage/keys";
import type { Manifest } from "#lib/domain/dataset";
import { text } from "node:stream/consumers";
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

describe("a runner", () => {
  it("imports, trains and keeps a model", async () => {
    const bucket = await scene.newBucket(await redAndBlue(20));
    const { jobId, datasetVersionId } = await scene.startImport(bucket, { dataset: "colors" });
    const imported = await scene.job(jobId);
    expect(imported.status, (await scene.log(jobId)).join("\n")).toBe("succeeded");
    const { body } = await scene.store.get(artifactsBucket, datasetManifestKey(scene.workspaceId, datasetVersionId));
    const manifest = JSON.parse(await text(body)) as Manifest;
    expect(manifest.labels).toEqual(["blue", "red"]);
    expect(manifest.samples).toHaveLength(40);

    const learn = await scene.startAutoLearn(datasetVersionId, { name: "colors" });
    const learned = await scene.job(learn);
    console.log((await scene.log(learn)).join("\n"), learned);
    expect(learned.status).toBe("succeeded");
  });
});
