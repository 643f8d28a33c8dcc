import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { leaseMs, maxAttempts } from "#lib/domain/job";
import { createTestDatabase, type TestDatabase } from "../../bin/testing/database";
import { appendEvents, type NewEvent } from "./append-events";
import { cancelJob } from "./cancel-job";
import { claimJob } from "./claim-job";
import { closeDatabase, createDatabase, type Database } from "./database";
import { endJob } from "./end-job";
import { listEvents } from "./list-events";
import { renewLease } from "./renew-lease";
import { sweepExpiredLeases } from "./sweep-expired-leases";
import { createWorld, type World } from "./testing/world";
import { updateJobProgress } from "./update-job-progress";

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
  await db.job.deleteMany();
  world = await createWorld(db);
});

const start = new Date("2026-11-24T12:00:00Z");
const later = (ms: number) => new Date(start.getTime() + ms);
const line = (seq: number): NewEvent => ({ seq, atMs: start.getTime() + seq, body: { kind: "log", level: "info", text: `line ${seq}` } as NewEvent["body"] });
const lines = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => line(first + i));
const claim = (jobId: string, runnerId = world.runnerId, now = start) => claimJob(db, { jobId, runnerId, now });

describe("claiming", () => {
  it("gives a job to one of twenty that race for it", async () => {
    const jobId = await world.job();
    const claims = await Promise.all(Array.from({ length: 20 }, (_, i) => claim(jobId, i % 2 ? world.runnerId : world.otherRunnerId)));
    const won = claims.filter((claimed) => claimed !== null);
    expect(won).toHaveLength(1);
    expect(won[0]).toMatchObject({ attempt: 1, kind: "auto-learn", workspaceId: world.workspaceId });
    expect(await db.attempt.findMany({ where: { jobId } })).toHaveLength(1);
  });

  it("finds nothing where the job was cancelled or is not there", async () => {
    const jobId = await world.job();
    const { job, signal } = await cancelJob(db, { jobId, workspaceId: world.workspaceId, now: start });
    expect([job.status, signal]).toEqual(["cancelled", null]);
    expect(await claim(jobId)).toBeNull();
    expect(await claim("job_nothere")).toBeNull();
  });
});

describe("a lease", () => {
  it("is held by its runner and attempt, and tells of a wish to stop", async () => {
    const jobId = await world.job();
    await claim(jobId);
    const mine = { jobId, attempt: 1, runnerId: world.runnerId, now: start };
    expect(await renewLease(db, mine)).toEqual({ held: true, stopRequested: false });
    expect(await renewLease(db, { ...mine, runnerId: world.otherRunnerId })).toEqual({ held: false, stopRequested: false });
    expect(await renewLease(db, { ...mine, attempt: 2 })).toEqual({ held: false, stopRequested: false });
    expect((await cancelJob(db, { jobId, workspaceId: world.workspaceId, now: start })).signal).toEqual({ runnerId: world.runnerId });
    expect(await renewLease(db, mine)).toEqual({ held: true, stopRequested: true });
  });

  it("that ran out gives the job to another runner, and what the first one still writes changes nothing", async () => {
    const jobId = await world.job();
    await claim(jobId);
    await appendEvents(db, { jobId, attempt: 1, events: lines(1, 3) });
    expect(await sweepExpiredLeases(db, { now: later(leaseMs - 1) })).toMatchObject({ jobs: [] });
    const sweep = await sweepExpiredLeases(db, { now: later(leaseMs + 1) });
    expect(sweep).toMatchObject({ jobs: [{ id: jobId, status: "queued", attempt: 1, progress: null }], queuedJobIds: [jobId] });
    expect(await claim(jobId, world.otherRunnerId, later(leaseMs + 2))).toMatchObject({ attempt: 2 });

    expect(await renewLease(db, { jobId, attempt: 1, runnerId: world.runnerId, now: later(leaseMs + 3) })).toMatchObject({ held: false });
    expect(await updateJobProgress(db, { jobId, attempt: 1, progress: { phase: "training" } })).toBe(false);
    expect(await appendEvents(db, { jobId, attempt: 1, events: lines(4, 5) })).toMatchObject({ fenced: true, stored: [] });
    expect(await endJob(db, { jobId, attempt: 1, stopReason: "completed", result: { model: "food@1" }, error: null, now: later(leaseMs + 4) })).toBeNull();
    const row = await db.job.findUniqueOrThrow({ where: { id: jobId } });
    expect(row).toMatchObject({ status: "running", attempt: 2, runnerId: world.otherRunnerId, result: null });
    expect(await db.attempt.findUnique({ where: { jobId_number: { jobId, number: 1 } } })).toMatchObject({ stopReason: "runner-lost" });
  });

  it("lost too often fails the job with a reason", async () => {
    const jobId = await world.job();
    let now = start;
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      expect(await claim(jobId, world.runnerId, now)).toMatchObject({ attempt });
      now = new Date(now.getTime() + leaseMs + 1);
      await sweepExpiredLeases(db, { now });
    }
    expect(await db.job.findUnique({ where: { id: jobId } })).toMatchObject({
      status: "failed", stopReason: "runner-lost", error: { code: "runner_lost" }, endedAt: now,
    });
  });

  it("is swept by one of two sweepers, and twice is as good as once", async () => {
    const jobId = await world.job();
    await claim(jobId);
    const now = later(leaseMs + 1);
    const sweeps = await Promise.all([sweepExpiredLeases(db, { now }), sweepExpiredLeases(db, { now })]);
    expect(sweeps.flatMap((sweep) => sweep?.jobs ?? [])).toHaveLength(1);
    expect((await sweepExpiredLeases(db, { now }))?.jobs).toEqual([]);
  });
});

describe("the end of a job", () => {
  it("is taken once", async () => {
    const jobId = await world.job();
    await claim(jobId);
    const end = { jobId, attempt: 1, stopReason: "budget" as const, result: { model: "food@1" }, error: null, now: later(1000) };
    expect(await endJob(db, end)).toMatchObject({ status: "succeeded", stopReason: "budget", result: { model: "food@1" }, endedAt: later(1000), leaseExpiresAt: null });
    expect(await endJob(db, { ...end, stopReason: "error" })).toBeNull();
    expect((await db.job.findUniqueOrThrow({ where: { id: jobId } })).status).toBe("succeeded");
  });

  it("and a wish to stop that race leave a state that one of them alone would have led to", async () => {
    const ends = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const jobId = await world.job();
        await claim(jobId);
        await Promise.allSettled([
          cancelJob(db, { jobId, workspaceId: world.workspaceId, now: start }),
          endJob(db, { jobId, attempt: 1, stopReason: "stopped", result: null, error: null, now: start }),
        ]);
        return (await db.job.findUniqueOrThrow({ where: { id: jobId } })).status;
      }),
    );
    expect(ends.every((status) => status === "cancelled")).toBe(true);
  });

  it("of an import that was cancelled fails its version", async () => {
    const version = await db.datasetVersion.create({
      data: { id: "dsv_a", version: 1, status: "importing", bucket: "b", prefix: "", dataset: { create: { id: "dst_a", workspaceId: world.workspaceId, name: "food" } } },
    });
    const jobId = await world.job("import-dataset", version.id);
    await cancelJob(db, { jobId, workspaceId: world.workspaceId, now: start });
    expect(await db.datasetVersion.findUnique({ where: { id: version.id } })).toMatchObject({ status: "failed", error: { code: "import_cancelled" } });
  });
});

describe("events", () => {
  it("sent twice are stored once, and a gap is refused with what is there", async () => {
    const jobId = await world.job();
    await claim(jobId);
    const append = (events: NewEvent[]) => appendEvents(db, { jobId, attempt: 1, events });
    expect(await append(lines(1, 3))).toMatchObject({ seq: 3, fenced: false });
    expect(await append(lines(1, 3))).toMatchObject({ seq: 3, stored: [] });
    expect(await append(lines(2, 5))).toMatchObject({ seq: 5 });
    expect(await append(lines(7, 8))).toMatchObject({ seq: 5, fenced: false, stored: [] });
    await Promise.all([append(lines(6, 9)), append(lines(6, 9)), append(lines(6, 7))]);
    const stored = await listEvents(db, { jobId, after: { attempt: 0, seq: 0 }, limit: 100 });
    expect(stored.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("come after a cursor in the order of attempts, by kind if asked", async () => {
    const jobId = await world.job();
    await claim(jobId);
    await appendEvents(db, { jobId, attempt: 1, events: [...lines(1, 2), { seq: 3, atMs: 1, body: { kind: "metric" } }] });
    await sweepExpiredLeases(db, { now: later(leaseMs + 1) });
    await claim(jobId, world.runnerId, later(leaseMs + 2));
    await appendEvents(db, { jobId, attempt: 2, events: lines(1, 2) });
    const cursors = (events: { attempt: number; seq: number }[]) => events.map(({ attempt, seq }) => `${attempt}:${seq}`);
    expect(cursors(await listEvents(db, { jobId, after: { attempt: 1, seq: 1 }, limit: 3 }))).toEqual(["1:2", "1:3", "2:1"]);
    expect(cursors(await listEvents(db, { jobId, after: { attempt: 0, seq: 0 }, limit: 9, kind: "metric" }))).toEqual(["1:3"]);
  });
});
