import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../bin/testing/database";
import { Program } from "../bin/testing/program";
import { testStore } from "../bin/testing/store";
import { alive, descendants } from "./testing/process-tree";
import { startFakeWeb } from "./testing/fake-web";
import { redAndBlue, Scene } from "./testing/scene";

let database: TestDatabase;
let scene: Scene<Program>;
let datasetVersionId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  scene = await Scene.open({ databaseUrl: database.url, storeEnvironment: testStore(), spawn: (args, options) => new Program(args, options) });
  const importer = await scene.startRunner("importer");
  datasetVersionId = await scene.imported(await scene.newBucket(await redAndBlue(20)), "colors");
  expect(await importer.end("SIGTERM")).toBe(0);
});

afterAll(async () => {
  await scene.close();
  await database.drop();
});

/** Waits until an attempt has trained for so many epochs. */
async function training(jobId: string, epochs = 1, attempt = 1): Promise<void> {
  for (const endMs = Date.now() + 60_000; Date.now() < endMs; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const rows = await scene.db.jobEvent.findMany({ where: { jobId, attempt, kind: "log" } });
    if (rows.some(({ body }) => (body as { text: string }).text.startsWith(`Epoch ${epochs} of`))) return;
  }
  throw new Error(`It did not train:\n${(await scene.log(jobId)).join("\n")}`);
}

/** Waits until the kernel has cleared processes away that were killed. */
async function gone(pids: readonly number[]): Promise<void> {
  let left = await alive(pids);
  for (const endMs = Date.now() + 5_000; left.length > 0 && Date.now() < endMs; ) left = await alive(left);
  expect(left).toEqual([]);
}

/** Its events as web has them: numbered from 1 in each attempt, without a gap. */
async function expectWholeLog(jobId: string): Promise<void> {
  const events = await scene.db.jobEvent.findMany({ where: { jobId }, orderBy: [{ attempt: "asc" }, { seq: "asc" }] });
  for (const attempt of new Set(events.map((event) => event.attempt))) {
    const seqs = events.filter((event) => event.attempt === attempt).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, i) => i + 1));
  }
}

describe("a job", () => {
  it("is taken over within 30 s when its runner is killed, and nothing of that runner lives on", async () => {
    const first = await scene.startRunner("first");
    const jobId = await scene.startAutoLearn(datasetVersionId, { name: "taken-over", epochs: 200 });
    await training(jobId);
    const second = await scene.startRunner("second", { LATHE_HOME: `${scene.home}/second` });
    const family = await descendants(first.pid);
    const killedMs = Date.now();
    await first.end("SIGKILL");
    const again = await scene.job(jobId, ({ attempt, status }) => attempt === 2 && status === "running", 40_000);
    expect(again.startedAt).not.toBeNull();
    expect(Date.now() - killedMs).toBeLessThan(30_000);
    await gone(family);
    await training(jobId, 1, 2);
    await scene.stop(jobId);
    expect(await scene.job(jobId)).toMatchObject({ status: "cancelled", stopReason: "stopped", attempt: 2, result: { model: "taken-over@1" } });
    await expectWholeLog(jobId);
    expect(await second.end("SIGTERM")).toBe(0);
  });

  it("is given back at once when its runner is told to end", async () => {
    const runner = await scene.startRunner("leaving");
    const jobId = await scene.startAutoLearn(datasetVersionId, { name: "given-back", epochs: 200 });
    await training(jobId);
    const family = await descendants(runner.pid);
    const askedMs = Date.now();
    expect(await runner.end("SIGTERM")).toBe(0);
    expect(Date.now() - askedMs).toBeLessThan(5_000);
    await gone(family);
    // The sweep here is every second; the lease alone would hold it for 15.
    await scene.job(jobId, ({ status }) => status === "queued", 5_000);
    const next = await scene.startRunner("next");
    await scene.job(jobId, ({ attempt, status }) => attempt === 2 && status === "running", 15_000);
    await training(jobId, 1, 2);
    await scene.stop(jobId);
    expect(await scene.job(jobId)).toMatchObject({ status: "cancelled", stopReason: "stopped" });
    await next.end("SIGTERM");
  });

  it("has its log whole after connections broke, answers were lost and web was away", async () => {
    const runner = await scene.startRunner("stubborn");
    let batches = 0;
    scene.web.onBatch = () => (["answer", "store-only", "answer", "lose"] as const)[batches++ % 4]!;
    const dropping = setInterval(() => scene.web.dropConnections(), 1_500);
    const jobId = await scene.startAutoLearn(datasetVersionId, { name: "stubborn", epochs: 8 });
    await training(jobId);
    clearInterval(dropping);
    const port = Number(new URL(scene.web.url).port);
    await scene.web.close();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    scene.web = await startFakeWeb(scene.db, scene.queue, { port });
    const job = await scene.job(jobId);
    expect(job).toMatchObject({ status: "succeeded", attempt: 1 });
    await expectWholeLog(jobId);
    const log = await scene.log(jobId);
    const epochs = log.flatMap((line) => /^Epoch (\d+) of/.exec(line)?.[1] ?? []);
    expect(epochs).toEqual(Array.from({ length: epochs.length }, (_, i) => String(i + 1)));
    expect(epochs).toHaveLength(8);
    // The last word was stored before the job was ended.
    expect(log.at(-1)).toContain("stubborn@1");
    await runner.end("SIGTERM");
  });

  it("is not started where nothing can shut it in and others reach Lathe, and says what to install", async () => {
    const open = await scene.startRunner("open", { LATHE_SANDBOX: "none", LATHE_HOST: "0.0.0.0" });
    const jobId = await scene.startAutoLearn(datasetVersionId, { name: "refused" });
    expect(await scene.job(jobId)).toMatchObject({ status: "failed", error: { code: "sandbox_missing", nextStep: expect.stringContaining("apt install bubblewrap") } });
    expect(scene.web.heard["runner.hello"].at(-1)!.info.sandbox).toMatchObject({ kind: "none", accepted: false });
    await open.end("SIGTERM");
  });

  it("runs without a sandbox for a single local user who asked for it", async () => {
    const local = await scene.startRunner("without", { LATHE_SANDBOX: "none" });
    const jobId = await scene.startAutoLearn(datasetVersionId, { name: "without", epochs: 1 });
    expect(await scene.job(jobId)).toMatchObject({ status: "succeeded" });
    expect(scene.web.heard["runner.hello"].at(-1)!.info.sandbox).toMatchObject({ kind: "none", accepted: true, message: expect.stringContaining("WITHOUT") });
    await local.end("SIGTERM");
  });
});
