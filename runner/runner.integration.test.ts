import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inferResponse, predictResponse } from "#lib/protocol/runner-socket";
import { artifactsBucket, datasetManifestKey, modelFileKey, modelManifestKey } from "#storage/keys";
import { createTestDatabase, type TestDatabase } from "../bin/testing/database";
import { Program } from "../bin/testing/program";
import { testStore } from "../bin/testing/store";
import { descendants } from "./testing/process-tree";
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

const manifestOf = (datasetVersionId: string) => scene.manifest(datasetVersionId);

/** A PNG that says it has 60,000 × 60,000 pixels, with next to no data behind it. */
function hugePng(): Buffer {
  const fields = Buffer.alloc(13);
  fields.writeUInt32BE(60_000, 0);
  fields.writeUInt32BE(60_000, 4);
  fields.set([8, 2, 0, 0, 0], 8);
  const chunk = (type: string, data: Buffer) => {
    const frame = Buffer.alloc(12 + data.length);
    frame.writeUInt32BE(data.length, 0);
    frame.write(type, 4);
    frame.set(data, 8);
    frame.writeUInt32BE(crc32(frame.subarray(4, 8 + data.length)), 8 + data.length);
    return frame;
  };
  return Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), chunk("IHDR", fields), chunk("IDAT", deflateSync(Buffer.alloc(1000))), chunk("IEND", Buffer.alloc(0))]);
}

/** PNG specification, annex D. */
function crc32(bytes: Buffer): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}

describe("import", () => {
  it("takes pictures in and leaves everything else out with its reason", async () => {
    const good = await redAndBlue(4);
    const bucket = await scene.newBucket({
      ...Object.fromEntries(Object.entries(good).map(([key, body]) => [`set/${key}`, body])),
      "set/红/猫.jpg": await colorPicture({ r: 1, g: 200, b: 1 }, 5),
      "set/red/text.jpg": "this is no picture",
      "set/red/empty.jpg": "",
      "set/red/huge.png": hugePng(),
      "set/blue/cut.jpg": good["blue/0.jpg"]!.subarray(0, 300),
      "set/loose.jpg": good["red/0.jpg"]!,
      "set/folder/": "",
      "other/red/0.jpg": good["red/0.jpg"]!,
    });
    const { jobId, datasetVersionId } = await scene.startImport(bucket, { dataset: "mixed", prefix: "set/" });
    const job = await scene.job(jobId);
    expect(job).toMatchObject({ status: "succeeded", stopReason: "completed", result: { dataset: "mixed@1" } });
    const manifest = await manifestOf(datasetVersionId);
    expect(manifest.header.labels.map(({ label }) => label)).toEqual(["blue", "red", "红"]);
    expect(manifest.samples).toHaveLength(9);
    expect(manifest.samples.find(({ label }) => label === "红")).toMatchObject({ key: "set/红/猫.jpg", width: 24, height: 24 });
    expect(Object.fromEntries(manifest.rejected.map(({ key, code }) => [key, code]))).toEqual({
      "set/red/text.jpg": "not_an_image",
      "set/red/empty.jpg": "empty",
      "set/red/huge.png": "too_large",
      "set/blue/cut.jpg": "truncated",
      "set/loose.jpg": "no_label",
    });
    const row = await scene.db.datasetVersion.findUniqueOrThrow({ where: { id: datasetVersionId }, include: { samples: true, rejections: true } });
    expect(row).toMatchObject({ status: "ready", sampleCount: 9, rejectedCount: 5 });
    expect([row.samples.length, row.rejections.length]).toEqual([9, 5]);
    expect(manifest.findings.map(({ code }) => code)).toEqual(["too_few_samples", "tiny_pictures", "many_rejected"]);
  });

  it("keeps a dataset of one label to be looked at, and auto-learn says why it cannot use it", async () => {
    const bucket = await scene.newBucket(Object.fromEntries(Object.entries(await redAndBlue(4)).filter(([key]) => key.startsWith("red/"))));
    const datasetVersionId = await scene.imported(bucket, "one-label");
    const job = await scene.job(await scene.startAutoLearn(datasetVersionId, { name: "one-label" }));
    expect(job).toMatchObject({ status: "failed", stopReason: "error", error: { code: "too_few_labels", message: expect.stringContaining('"red"') } });
  });

  it("fails with one message when the bucket is deleted under it, and leaves nothing half-written", async () => {
    // Decoding 36 megapixels takes long enough to be interrupted.
    const slow = await sharp({ create: { width: 6000, height: 6000, channels: 3, background: "red" } }).png().toBuffer();
    const bucket = await scene.newBucket(Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`a/${i}.png`, slow])));
    const { jobId, datasetVersionId } = await scene.startImport(bucket, { dataset: "vanishing" });
    await scene.job(jobId, ({ progress }) => (progress as { phase?: string } | null)?.phase === "importing");
    await scene.deleteBucket(bucket);
    const job = await scene.job(jobId);
    expect(job).toMatchObject({ status: "failed", stopReason: "error", error: { code: "bucket_deleted", message: expect.stringContaining(bucket) } });
    const version = await scene.db.datasetVersion.findUniqueOrThrow({ where: { id: datasetVersionId }, include: { samples: true } });
    expect(version).toMatchObject({ status: "failed", error: { code: "bucket_deleted" }, samples: [] });
    expect(await scene.store.head(artifactsBucket, datasetManifestKey(scene.workspaceId, datasetVersionId))).toBeNull();
  });

  it("says so when there is nothing under the prefix", async () => {
    const { jobId } = await scene.startImport(await scene.newBucket({}), { dataset: "nothing" });
    expect(await scene.job(jobId)).toMatchObject({ status: "failed", error: { code: "prefix_empty" } });
  });
});

describe("auto-learn", () => {
  let datasetVersionId: string;
  let bucket: string;

  beforeAll(async () => {
    bucket = await scene.newBucket(await redAndBlue(20));
    datasetVersionId = await scene.imported(bucket, "colors");
  });

  it("trains, measures on pictures never seen, and stores a whole model", async () => {
    const jobId = await scene.startAutoLearn(datasetVersionId, { name: "colors" });
    const job = await scene.job(jobId);
    expect(job, (await scene.log(jobId)).join("\n")).toMatchObject({ status: "succeeded", stopReason: "completed", error: null, result: { model: "colors@1" } });
    const version = await scene.db.modelVersion.findFirstOrThrow({ where: { jobId } });
    // torchvision's ResNet-18 has 11,689,512 parameters at 1,000 labels (facts): 998 · 513 fewer with two; and a 3×3 stem
    // instead of 7×7 saves (49 − 9) · 3 · 64.
    expect(version.parameterCount).toBe(11_689_512 - 998 * 513 - 40 * 3 * 64);
    expect(version.report).toMatchObject({ split: "test", samples: 4, training: { stopReason: "completed", epochs: 2, imageSize: 16 } });
    expect(version.signature).toMatchObject({ format: "lathe-signature-1", labels: ["blue", "red"], preset: "resnet18" });
    for (const { name, sizeBytes } of version.files as { name: string; sizeBytes: number }[]) {
      expect((await scene.store.head(artifactsBucket, modelFileKey(scene.workspaceId, version.id, name)))?.sizeBytes).toBe(sizeBytes);
    }
    expect(await scene.store.head(artifactsBucket, modelManifestKey(scene.workspaceId, version.id))).not.toBeNull();
    const events = await scene.db.jobEvent.findMany({ where: { jobId }, orderBy: { seq: "asc" } });
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
    const metrics = new Set(events.filter(({ kind }) => kind === "metric").map(({ body }) => (body as { name: string }).name));
    expect([...metrics]).toEqual(expect.arrayContaining(["train/loss", "validation/accuracy"]));
  });

  it("keeps the best model when it is stopped", async () => {
    const jobId = await scene.startAutoLearn(datasetVersionId, { name: "stopped", epochs: 1000 });
    await until(async () => (await scene.log(jobId)).some((line) => line.startsWith("Epoch 2 of")));
    await scene.stop(jobId);
    const job = await scene.job(jobId);
    expect(job, (await scene.log(jobId)).join("\n")).toMatchObject({ status: "cancelled", stopReason: "stopped", error: null, result: { model: "stopped@1" } });
  });

  it("keeps the best model when the child is killed, measured by another one", async () => {
    const jobId = await scene.startAutoLearn(datasetVersionId, { name: "killed", epochs: 1000 });
    await until(async () => (await scene.log(jobId)).some((line) => line.startsWith("Epoch 2 of")));
    for (const pid of await descendants(runner.pid)) kill(pid);
    const job = await scene.job(jobId);
    const log = (await scene.log(jobId)).join("\n");
    expect(job, log).toMatchObject({ status: "failed", stopReason: "out-of-memory", error: { code: "killed" }, result: { model: "killed@1" } });
    expect(log).toContain("in a process of their own");
  });

  it("ends with its time budget, with a model", async () => {
    const jobId = await scene.startAutoLearn(datasetVersionId, { name: "short", epochs: 1000, maxMinutes: 0.4 });
    const job = await scene.job(jobId);
    expect(job, (await scene.log(jobId)).join("\n")).toMatchObject({ status: "succeeded", stopReason: "budget", result: { model: "short@1" } });
    expect(job.endedAt!.getTime() - job.startedAt!.getTime()).toBeLessThan(0.4 * 60_000 + 15_000);
  });

  it("names the picture that has changed or is gone since the dataset was made", async () => {
    const own = await scene.newBucket(await redAndBlue(5));
    const version = await scene.imported(own, "changing");
    await scene.store.put(own, "red/3.jpg", await colorPicture({ r: 0, g: 0, b: 0 }, 77));
    expect(await scene.job(await scene.startAutoLearn(version, { name: "changing" }))).toMatchObject({
      status: "failed", error: { code: "picture_changed", message: expect.stringContaining("red/3.jpg") },
    });
    await scene.store.delete(own, "red/3.jpg");
    expect(await scene.job(await scene.startAutoLearn(version, { name: "changing" }))).toMatchObject({
      status: "failed", error: { code: "picture_missing", message: expect.stringContaining("red/3.jpg") },
    });
    await scene.deleteBucket(own);
    expect(await scene.job(await scene.startAutoLearn(version, { name: "changing" }))).toMatchObject({ status: "failed", error: { code: "bucket_deleted" } });
  });
});

describe("serving", () => {
  let deploymentId: string;

  beforeAll(async () => {
    const jobId = await scene.db.modelVersion.findFirstOrThrow({ where: { model: { name: "colors" } } }).then(({ jobId: id }) => id!);
    deploymentId = await scene.deploy(jobId, "colors");
    await scene.deployment(deploymentId, "ready");
  });

  const predict = async (image: Uint8Array) => predictResponse.parse(await scene.web.ask("endpoint.predict", { deploymentId, image: new Uint8Array(image) }));

  it("answers with labels, most probable first", async () => {
    const answers = await Promise.all(
      [{ r: 230, g: 30, b: 30 }, { r: 30, g: 30, b: 230 }].map(async (color, i) => predict(await colorPicture(color, 500 + i, 200))),
    );
    const predictions = answers.map((answer) => ("predictions" in answer ? answer.predictions : []));
    expect(predictions.map(([first]) => first?.label)).toEqual(["red", "blue"]);
    expect(predictions[0]!.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
  });

  it("refuses what is no picture and goes on", async () => {
    for (const bytes of [Buffer.from("no picture"), hugePng(), Buffer.alloc(0)]) {
      expect(await predict(bytes)).toMatchObject({ error: { code: "invalid_picture", status: 422 } });
    }
    expect(await predict(await colorPicture({ r: 230, g: 30, b: 30 }, 9))).toHaveProperty("predictions");
  });

  it("takes tensors of any size, in both types, with the same answer", async () => {
    const [side, count] = [16, 3];
    const pixels = Uint8Array.from({ length: count * side * side * 3 }, (_, i) => [220, 40, 40][i % 3]!);
    const floats = new Uint8Array(Float32Array.from(pixels, (value) => value / 255).buffer);
    const infer = async (datatype: "FP32" | "UINT8", data: Uint8Array<ArrayBuffer>, size = side) =>
      inferResponse.parse(await scene.web.ask("endpoint.infer", { deploymentId, datatype, shape: [count, size, size, 3], data }));
    const rows = async (answer: Promise<Awaited<ReturnType<typeof infer>>>) => {
      const given = await answer;
      if ("error" in given) throw new Error(given.error.message);
      expect(given.shape).toEqual([count, 2]);
      return [...new Float32Array(new Uint8Array(given.probabilities).buffer)];
    };
    const fromBytes = await rows(infer("UINT8", pixels));
    const fromFloats = await rows(infer("FP32", floats));
    fromFloats.forEach((value, i) => expect(value).toBeCloseTo(fromBytes[i]!, 5));
    const larger = Uint8Array.from({ length: count * 40 * 40 * 3 }, (_, i) => [220, 40, 40][i % 3]!);
    // A picture of one colour stays what it is at any size.
    (await rows(infer("UINT8", larger, 40))).forEach((value, i) => expect(value).toBeCloseTo(fromBytes[i]!, 4));
    expect(await infer("UINT8", pixels.slice(1))).toMatchObject({ error: { code: "invalid_tensor", status: 400 } });
  });

  it("starts a model's process again when it dies, and says so meanwhile", async () => {
    const before = await descendants(runner.pid);
    for (const pid of before) kill(pid);
    const picture = await colorPicture({ r: 230, g: 30, b: 30 }, 9);
    const seen = new Set<string>();
    await until(async () => {
      const answer = await predict(picture);
      seen.add("error" in answer ? answer.error.code : "answered");
      return "predictions" in answer;
    });
    expect([...seen].every((code) => ["answered", "endpoint_starting", "model_restarts"].includes(code))).toBe(true);
    await scene.deployment(deploymentId, "ready");
  });

  it("ends the process when the deployment is stopped", async () => {
    await scene.db.deployment.update({ where: { id: deploymentId }, data: { status: "stopped" } });
    await until(async () => (await descendants(runner.pid)).length === 0);
    expect(await predict(await colorPicture({ r: 0, g: 0, b: 0 }, 1))).toMatchObject({ error: { code: "deployment_not_here", status: 503 } });
  });

  it("fails a deployment whose files are damaged", async () => {
    const version = await scene.db.modelVersion.findFirstOrThrow({ where: { model: { name: "stopped" } } });
    await scene.store.put(artifactsBucket, modelFileKey(scene.workspaceId, version.id, "model.json"), "{}");
    const damaged = await scene.deploy(version.jobId!, "damaged");
    await scene.deployment(damaged, "failed");
    expect(await scene.db.deployment.findUniqueOrThrow({ where: { id: damaged } })).toMatchObject({ error: { code: "model_damaged" } });
  });
});

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    // Killing one of them may have ended the others.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function until(holds: () => Promise<boolean>, waitMs = 60_000): Promise<void> {
  const endMs = Date.now() + waitMs;
  while (!(await holds())) {
    if (Date.now() > endMs) throw new Error(`It did not happen in ${waitMs} ms.\n${runner.lines.slice(-20).join("\n")}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
