import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Sample } from "#lib/domain/dataset";
import { leaseMs } from "#lib/domain/job";
import { createTestDatabase, type TestDatabase } from "../../bin/testing/database";
import { claimDeployments } from "./claim-deployments";
import { claimJob } from "./claim-job";
import { completeDatasetVersion } from "./complete-dataset-version";
import { createDatasetVersion } from "./create-dataset-version";
import { createModelVersion } from "./create-model-version";
import { closeDatabase, createDatabase, type Database } from "./database";
import { deployEndpoint } from "./deploy-endpoint";
import { failDatasetVersion } from "./fail-dataset-version";
import { markDeploymentFailed } from "./mark-deployment-failed";
import { markDeploymentReady } from "./mark-deployment-ready";
import { renewDeployments } from "./renew-deployments";
import { sweepExpiredLeases } from "./sweep-expired-leases";
import { stopEndpoint } from "./stop-endpoint";
import { createWorld, type World } from "./testing/world";

let database: TestDatabase;
let db: Database;
let world: World;

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

const now = new Date("2026-11-24T12:00:00Z");

describe("a dataset version", () => {
  const sample = (i: number): Sample => ({ key: `p/cake/${i}.jpg`, sizeBytes: 10, sha256: "00", label: "cake", split: "train", width: 8, height: 8 });
  const create = () => createDatasetVersion(db, { workspaceId: world.workspaceId, dataset: "food", bucket: "b", prefix: "p/", createdById: "usr_a" });
  const complete = (datasetVersionId: string, digest = "d1", count = 4_100) =>
    completeDatasetVersion(db, {
      datasetVersionId, digest, findings: [], sizeBytes: count * 10,
      labels: [{ label: "cake", train: count, validation: 0, test: 0 }],
      samples: Array.from({ length: count }, (_, i) => sample(i)),
      rejections: [{ key: "p/cake/x.jpg", code: "empty", reason: "It has no bytes." }],
    });

  it("gets the next number, whoever else makes one at the same time", async () => {
    const made = await Promise.all(Array.from({ length: 5 }, create));
    expect(made.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4, 5]);
  });

  it("is ready with all its rows or not at all, and done again changes nothing", async () => {
    const { datasetVersionId } = await create();
    await complete(datasetVersionId);
    await complete(datasetVersionId);
    expect(await db.sample.count({ where: { datasetVersionId } })).toBe(4_100);
    expect(await db.datasetVersion.findUnique({ where: { id: datasetVersionId } })).toMatchObject({ status: "ready", digest: "d1", sampleCount: 4_100, rejectedCount: 1, sizeBytes: 41_000n });
    await expect(complete(datasetVersionId, "d2", 1)).rejects.toMatchObject({ code: "moved_on" });
    expect(await failDatasetVersion(db, { datasetVersionId, error: { code: "x" } })).toBe(false);
  });

  it("keeps no row of a completion that broke off", async () => {
    const { datasetVersionId } = await create();
    const broken = { ...sample(0), width: 2 ** 40 };
    await expect(
      completeDatasetVersion(db, { datasetVersionId, digest: "d", labels: [], findings: [], samples: [sample(0), broken], rejections: [], sizeBytes: 1 }),
    ).rejects.toThrow();
    expect(await db.sample.count({ where: { datasetVersionId } })).toBe(0);
    expect(await db.datasetVersion.findUnique({ where: { id: datasetVersionId } })).toMatchObject({ status: "importing" });
  });
});

describe("a model version", () => {
  const create = (jobId: string, attempt?: number) =>
    createModelVersion(db, {
      workspaceId: world.workspaceId, name: "dishes", jobId, attempt, datasetVersionId: null, preset: "resnet18", parameterCount: 1, sizeBytes: 2,
      signature: {}, metrics: {}, report: {}, files: [],
    });

  it("gets the next number, whoever else makes one at the same time", async () => {
    const jobs = await Promise.all(Array.from({ length: 6 }, () => world.job()));
    const made = await Promise.all(jobs.map((jobId) => create(jobId)));
    expect(made.map(({ model }) => model).sort()).toEqual([1, 2, 3, 4, 5, 6].map((v) => `dishes@${v}`));
  });

  it("is made once by a job, and not by an attempt that lost it", async () => {
    const jobId = await world.job();
    await claimJob(db, { jobId, runnerId: world.runnerId, now });
    await expect(create(jobId, 2)).rejects.toMatchObject({ code: "moved_on" });
    const first = await create(jobId, 1);
    expect(await create(jobId, 1)).toEqual({ ...first, created: false });
    expect(first).toMatchObject({ model: "dishes@1", created: true });
  });
});

describe("deployments", () => {
  const statuses = async (...ids: string[]) => {
    const rows = await db.deployment.findMany({ where: { id: { in: ids } } });
    return ids.map((id) => rows.find((row) => row.id === id)!.status);
  };
  const claimAs = (runnerId: string, limit = 10) => claimDeployments(db, { runnerId, now, limit });

  it("go to one runner each when two look at once", async () => {
    const modelVersionId = await world.modelVersion();
    for (let i = 0; i < 6; i++) await world.deployment({ endpoint: `e${i}`, modelVersionId });
    const [mine, others] = await Promise.all([claimAs(world.runnerId, 4), claimAs(world.otherRunnerId, 4)]);
    const rest = await claimAs(world.runnerId);
    const ids = [...mine, ...others, ...rest].map(({ deploymentId }) => deploymentId);
    expect(new Set(ids).size).toBe(6);
    expect(ids).toHaveLength(6);
    expect(mine[0]).toMatchObject({ modelVersionId, model: expect.stringMatching(/@1$/), signature: { labels: ["cake", "tea"] } });
  });

  it("of all the traffic replace the older one only once they are ready", async () => {
    const modelVersionId = await world.modelVersion();
    const old = await world.deployment({ endpoint: "dishes", modelVersionId, status: "ready", runnerId: world.runnerId });
    const { deploymentId } = await deployEndpoint(db, { workspaceId: world.workspaceId, endpoint: "dishes", modelVersionId, trafficPercent: 100 });
    await claimAs(world.otherRunnerId);
    expect(await statuses(old, deploymentId)).toEqual(["ready", "loading"]);
    await expect(markDeploymentReady(db, { deploymentId, runnerId: world.runnerId })).rejects.toMatchObject({ code: "moved_on" });
    const ready = await markDeploymentReady(db, { deploymentId, runnerId: world.otherRunnerId });
    expect(ready).toMatchObject({ endpoint: "dishes", stopped: [{ deploymentId: old, runnerId: world.runnerId }] });
    expect(await statuses(old, deploymentId)).toEqual(["stopped", "ready"]);
  });

  it("of a part of it leave the rest to the older ones", async () => {
    const modelVersionId = await world.modelVersion();
    const a = await world.deployment({ endpoint: "dishes", modelVersionId, status: "ready", trafficPercent: 67 });
    const b = await world.deployment({ endpoint: "dishes", modelVersionId, status: "ready", trafficPercent: 33 });
    const { deploymentId } = await deployEndpoint(db, { workspaceId: world.workspaceId, endpoint: "dishes", modelVersionId, trafficPercent: 10 });
    await claimAs(world.runnerId);
    await markDeploymentReady(db, { deploymentId, runnerId: world.runnerId });
    const rows = await db.deployment.findMany({ where: { id: { in: [a, b, deploymentId] } }, orderBy: { trafficPercent: "asc" } });
    // 67 and 33 of what is left of 100 after 10: 60.3 and 29.7
    expect(rows.map(({ trafficPercent }) => trafficPercent)).toEqual([10, 30, 60]);
  });

  it("that fail leave the older one in place", async () => {
    const modelVersionId = await world.modelVersion();
    const old = await world.deployment({ endpoint: "dishes", modelVersionId, status: "ready", runnerId: world.runnerId });
    const { deploymentId } = await deployEndpoint(db, { workspaceId: world.workspaceId, endpoint: "dishes", modelVersionId, trafficPercent: 100 });
    await claimAs(world.runnerId);
    expect(await markDeploymentFailed(db, { deploymentId, runnerId: world.runnerId, error: { code: "load_failed" } })).toMatchObject({ endpoint: "dishes" });
    expect(await statuses(old, deploymentId)).toEqual(["ready", "failed"]);
  });

  it("whose runner is lost wait for another; those that were stopped do not come back", async () => {
    const modelVersionId = await world.modelVersion();
    const kept = await world.deployment({ endpoint: "kept", modelVersionId });
    const stopped = await world.deployment({ endpoint: "stopped", modelVersionId });
    await claimAs(world.runnerId);
    await stopEndpoint(db, { workspaceId: world.workspaceId, endpoint: "stopped" });
    expect(await renewDeployments(db, { runnerId: world.runnerId, deploymentIds: [kept, stopped], now })).toEqual({ held: [kept], lost: [stopped] });
    const sweep = await sweepExpiredLeases(db, { now: new Date(now.getTime() + leaseMs + 1) });
    expect(sweep?.deployments).toMatchObject([{ deploymentId: kept, endpoint: "kept" }]);
    expect(await statuses(kept, stopped)).toEqual(["starting", "stopped"]);
    expect((await claimAs(world.otherRunnerId)).map(({ deploymentId }) => deploymentId)).toEqual([kept]);
  });
});
