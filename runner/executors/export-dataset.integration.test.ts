import { text } from "node:stream/consumers";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createJob } from "#lib/data/create-job";
import { createTestDatabase, type TestDatabase } from "../../bin/testing/database";
import { Program } from "../../bin/testing/program";
import { testStore } from "../../bin/testing/store";
import { colorPicture, redAndBlue, Scene } from "../testing/scene";
import { openFormat } from "./import/formats/detect";
import { isRejection, storeSource, type Found } from "./import/source";

let database: TestDatabase;
let scene: Scene<Program>;
let bucket: string;
let datasetVersionId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  scene = await Scene.open({ databaseUrl: database.url, storeEnvironment: testStore(), spawn: (args, options) => new Program(args, options) });
  await scene.startRunner();
  bucket = await scene.newBucket(await redAndBlue(6));
  await scene.db.bucket.create({ data: { name: bucket, workspaceId: scene.workspaceId } });
  datasetVersionId = await scene.imported(bucket, "colors");
});

afterAll(async () => {
  await scene.close();
  await database.drop();
});

async function exported(params: object): Promise<Awaited<ReturnType<typeof scene.job>>> {
  const { jobId } = await createJob(scene.db, { workspaceId: scene.workspaceId, kind: "export-dataset", name: "colors", params, datasetVersionId, createdById: scene.userId });
  await scene.queue.sendJob(jobId);
  return scene.job(jobId);
}

/** What the real store gives to the readers. */
async function read(prefix: string): Promise<{ format: string; found: Found[] }> {
  const scratch = await mkdtemp(path.join(tmpdir(), "formats-"));
  try {
    const source = storeSource(scene.store, { bucket, prefix, file: undefined, scratch, signal: new AbortController().signal, log: () => {} });
    const format = await openFormat(source);
    const found: Found[] = [];
    for await (const one of format.read(source)) found.push(one);
    return { format: format.name, found };
  } finally {
    await rm(scratch, { recursive: true });
  }
}

describe("an export job", () => {
  it.each(["csv", "modelarts", "coco", "split-folders", "text-pairs"])("writes %s that is read back from the store with the same labels", async (format) => {
    const job = await exported({ format, bucket, prefix: `out/${format}/` });
    expect(job, JSON.stringify(job.error)).toMatchObject({ status: "succeeded", result: { dataset: "colors@1", metrics: { samples: 12 } } });
    const back = await read(`out/${format}/`);
    expect(back.format).toBe(format);
    const counts: Record<string, number> = {};
    for (const one of back.found) {
      const what = isRejection(one) ? one.code : one.label!;
      counts[what] = (counts[what] ?? 0) + 1;
    }
    expect(counts).toEqual({ red: 6, blue: 6 });
    const splits = back.found.map((one) => (isRejection(one) ? "" : one.split)).sort();
    const rows = await scene.db.sample.findMany({ where: { datasetVersionId } });
    expect(splits).toEqual(rows.map(({ split }) => (format === "text-pairs" ? null : split)).sort());
  });

  it("fails by name when a picture was replaced, when the place is taken, and when a bucket is not the workspace's", async () => {
    expect(await exported({ format: "coco", bucket, prefix: "red/" })).toMatchObject({ status: "failed", error: { code: "export_prefix_taken" } });
    expect(await exported({ format: "csv", bucket: "somebody-elses", prefix: "x/" })).toMatchObject({ status: "failed", error: { code: "bucket_not_found" } });
    expect(await exported({ format: "yolo", bucket, prefix: "y/" })).toMatchObject({ status: "failed", error: { code: "export_no_boxes" } });
    expect(await exported({ format: "csv", bucket, prefix: "table/" })).toMatchObject({ status: "succeeded" });
    const { body } = await scene.store.get(bucket, "table/labels.csv");
    expect((await text(body)).split("\n")[1]).toMatch(new RegExp(`^s3://${bucket}/blue/0\\.jpg,blue,(train|validation|test)$`));
    await scene.store.put(bucket, "red/3.jpg", await colorPicture({ r: 1, g: 2, b: 3 }, 99));
    expect(await exported({ format: "folders", bucket, prefix: "late/" })).toMatchObject({ status: "failed", error: { code: "picture_changed", message: expect.stringContaining("red/3.jpg") } });
  });
});
