import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { leaseMs } from "#lib/domain/job";
import { createTestDatabase, type TestDatabase } from "../../bin/testing/database";
import { claimDeployments } from "./claim-deployments";
import { claimJob } from "./claim-job";
import { copyGroups, copyVersionSamples } from "./copy-version-samples";
import { createDatasetVersion } from "./create-dataset-version";
import { createModelVersion } from "./create-model-version";
import { closeDatabase, createDatabase, type Database } from "./database";
import { deployEndpoint } from "./deploy-endpoint";
import { failDatasetVersion } from "./fail-dataset-version";
import type { VersionFence } from "./fence-version";
import { markDeploymentFailed } from "./mark-deployment-failed";
import { markDeploymentReady } from "./mark-deployment-ready";
import { renewDeployments } from "./renew-deployments";
import { requestFreeze } from "./request-freeze";
import { settleDatasetVersion } from "./settle-dataset-version";
import { sweepExpiredLeases } from "./sweep-expired-leases";
import { stopEndpoint } from "./stop-endpoint";
import { createWorld, type World } from "./testing/world";
import { trimImport, writeImportBatch, type ImportedSample } from "./write-import-batch";
import { writeGroups } from "./write-groups";

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
  const create = () => createDatasetVersion(db, { workspaceId: world.workspaceId, dataset: "food", bucket: "b", prefix: "p/", createdById: "usr_a" });
  const sample = (index: number): ImportedSample => ({
    index, key: `p/cake/${index}.jpg`, etag: `e${index}`, label: "cake", split: null, sha256: "00", sizeBytes: 10, width: 8, height: 8, boxes: null,
    pictureHash: "0f".repeat(32), sharpness: 1, brightness: null, state: "labelled", labelledById: null, labelledAt: null, groupId: null,
  });
  const claimed = async () => {
    const { jobId, datasetVersionId } = await create();
    const { attempt } = (await claimJob(db, { jobId, runnerId: world.runnerId, now }))!;
    return { datasetVersionId, jobId, attempt, status: "importing" } satisfies VersionFence;
  };
  const figures = { format: "folders", samples: 2, unlabelled: 0, rejected: 1, sizeBytes: 20, labels: [], findings: [], duplicates: {}, splitOptions: null };

  it("gets the next number, whoever else makes one at the same time", async () => {
    const made = await Promise.all(Array.from({ length: 5 }, create));
    expect(made.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4, 5]);
  });

  it("is written batch by batch, and settled once", async () => {
    const fence = await claimed();
    const { datasetVersionId } = fence;
    await writeImportBatch(db, { fence, from: 0, to: 3, samples: [sample(0), sample(2)], rejections: [{ index: 1, key: "p/x", code: "empty", reason: "It has no bytes." }] });
    await settleDatasetVersion(db, { fence, digest: "d1", figures });
    await settleDatasetVersion(db, { fence, digest: "d1", figures });
    expect(await db.sample.findFirst({ where: { datasetVersionId, index: 2 } })).toMatchObject({ key: "p/cake/2.jpg", etag: "e2", sharpness: 1, pictureHash: new Uint8Array(32).fill(15) });
    expect(await db.datasetVersion.findUnique({ where: { id: datasetVersionId } })).toMatchObject({ status: "ready", digest: "d1", sampleCount: 2, rejectedCount: 1, sizeBytes: 20n });
    await expect(settleDatasetVersion(db, { fence, digest: "d2", figures })).rejects.toMatchObject({ code: "moved_on" });
    await expect(writeImportBatch(db, { fence, from: 3, to: 4, samples: [sample(3)], rejections: [] })).rejects.toMatchObject({ code: "moved_on" });
    expect(await failDatasetVersion(db, { datasetVersionId, error: { code: "x" } })).toBe(false);
  });

  it("takes no row from an attempt that was given away, and begins anew where one was", async () => {
    const lost = await claimed();
    const { datasetVersionId, jobId } = lost;
    await writeImportBatch(db, { fence: lost, from: 0, to: 4, samples: [sample(0), sample(1), sample(2), sample(3)], rejections: [] });
    await sweepExpiredLeases(db, { now: new Date(now.getTime() + leaseMs + 1) });
    const { attempt } = (await claimJob(db, { jobId, runnerId: world.otherRunnerId, now }))!;
    const fence = { ...lost, attempt };
    await expect(writeImportBatch(db, { fence: lost, from: 4, to: 5, samples: [sample(4)], rejections: [] })).rejects.toMatchObject({ code: "moved_on" });
    await writeImportBatch(db, { fence, from: 0, to: 2, samples: [sample(1)], rejections: [{ index: 0, key: "p/x", code: "empty", reason: "It has no bytes." }] });
    await trimImport(db, { fence, count: 2 });
    expect((await db.sample.findMany({ where: { datasetVersionId } })).map(({ index }) => index)).toEqual([1]);
  });

  it("keeps no row of a batch that broke off", async () => {
    const fence = await claimed();
    const broken = { ...sample(1), width: 2 ** 40 };
    await expect(writeImportBatch(db, { fence, from: 0, to: 2, samples: [sample(0), broken], rejections: [] })).rejects.toThrow();
    expect(await db.sample.count({ where: { datasetVersionId: fence.datasetVersionId } })).toBe(0);
  });

  it("is closed to a second freeze, and a draft again when freezing fails; what a draft dropped is gone once it is frozen", async () => {
    const fence = await claimed();
    const { datasetVersionId } = fence;
    await writeImportBatch(db, { fence, from: 0, to: 3, samples: [sample(0), sample(1), sample(2)], rejections: [] });
    await settleDatasetVersion(db, { fence, digest: null, figures });
    const request = () => requestFreeze(db, { workspaceId: world.workspaceId, dataset: "food", version: 1, params: {}, createdById: "usr_a" });
    await request();
    await expect(request()).rejects.toMatchObject({ code: "not_a_draft" });
    expect(await failDatasetVersion(db, { datasetVersionId, error: { code: "x" } })).toBe(true);
    expect(await db.datasetVersion.findUnique({ where: { id: datasetVersionId } })).toMatchObject({ status: "draft" });
    await request();
    await db.sample.updateMany({ where: { datasetVersionId, index: 1 }, data: { dropped: true } });
    await settleDatasetVersion(db, { fence: { datasetVersionId, status: "freezing" }, digest: "d", figures });
    expect((await db.sample.findMany({ where: { datasetVersionId }, orderBy: { index: "asc" } })).map(({ index }) => index)).toEqual([0, 2]);
  });

  it("gives its rows and its decisions to another, however often", async () => {
    const fence = await claimed();
    await writeImportBatch(db, { fence, from: 0, to: 2, samples: [sample(0), sample(1)], rejections: [] });
    await writeGroups(db, {
      fence, groups: [{ id: 0, kind: "near", size: 2, conflicting: false, keptApart: true }], findings: [{ code: "dark", indexes: [1] }],
      samples: () => [[{ index: 0, groupId: 0, split: "train" }, { index: 1, groupId: 0, split: "test" }]],
    });
    const next = await claimed();
    for (let round = 0; round < 2; round++) {
      await copyVersionSamples(db, { fence: next, baseVersionId: fence.datasetVersionId, from: 0, to: 100 });
      await copyGroups(db, { fence: next, baseVersionId: fence.datasetVersionId });
    }
    const rows = await db.sample.findMany({ where: { datasetVersionId: next.datasetVersionId }, orderBy: { index: "asc" } });
    expect(rows.map(({ key, split, groupId, etag }) => [key, split, groupId, etag])).toEqual([["p/cake/0.jpg", "train", 0, "e0"], ["p/cake/1.jpg", "test", 0, "e1"]]);
    expect(await db.duplicateGroup.findMany({ where: { datasetVersionId: next.datasetVersionId } })).toMatchObject([{ id: 0, keptApart: true }]);
    expect(await db.sampleFinding.findMany({ where: { datasetVersionId: fence.datasetVersionId } })).toMatchObject([{ code: "dark", index: 1 }]);
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
