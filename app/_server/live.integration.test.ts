import { io, type Socket } from "socket.io-client";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { claimJob } from "#lib/data/claim-job";
import { createJob } from "#lib/data/create-job";
import { storeSignInCode } from "#lib/data/sign-in-code";
import type { Job, JobEvent } from "#lib/protocol/jobs";
import { runnerNamespace, type RunnerToWeb } from "#lib/protocol/runner-socket";
import { cursorOf, liveNamespace } from "#lib/protocol/socket";
import { createTestDatabase } from "../../bin/testing/database";
import { testStore } from "../../bin/testing/store";
import { startTestWeb, type Person, type TestWeb } from "./testing/web";

let lathe: TestWeb;
let owner: Person;
let runner: { runnerId: string; token: string };
const open: Socket[] = [];

beforeAll(async () => {
  lathe = await startTestWeb({ database: await createTestDatabase(), store: testStore() });
  owner = await lathe.person({ slug: "acme", role: "owner" });
  runner = await lathe.runner("local");
});
afterEach(() => open.splice(0).forEach((socket) => socket.disconnect()));
afterAll(() => lathe.close());

let codes = 0;
/** The session cookie of somebody who came in by a one-time link. */
async function cookieOf(userId: string): Promise<string> {
  const code = `live-test-${codes++}`;
  await storeSignInCode(lathe.web.services.db, { code, userId, now: new Date() });
  const answer = await fetch(`${lathe.url}/sign-in/link?code=${code}`, { redirect: "manual" });
  return answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ");
}

function connect(namespace: string, auth: object, headers: Record<string, string> = {}): Promise<Socket> {
  const socket = io(`${lathe.url}${namespace}`, { auth, extraHeaders: headers, transports: ["websocket"], forceNew: true, reconnection: false });
  open.push(socket);
  return new Promise((resolve, reject) => socket.once("connect", () => resolve(socket)).once("connect_error", reject));
}

const page = async (person: Person = owner) => connect(liveNamespace, { workspace: person.slug }, { cookie: await cookieOf(person.userId) });
const asRunner = (auth: object = { name: "local", token: runner.token }) => connect(runnerNamespace, auth);

async function runningJob(): Promise<string> {
  const { db } = lathe.web.services;
  const { jobId } = await createJob(db, { workspaceId: owner.workspaceId, kind: "auto-learn", name: "food", params: {}, datasetVersionId: null, createdById: owner.userId });
  await claimJob(db, { jobId, runnerId: runner.runnerId, now: new Date() });
  return jobId;
}

const batch = (jobId: string, first: number, count: number): RunnerToWeb["job.events"] => ({
  jobId,
  attempt: 1,
  events: Array.from({ length: count }, (_, i) => ({ seq: first + i, atMs: 1, body: { kind: "log", level: "info", text: `line ${first + i}` } })),
});

/** Collects a job's events as a page would, and tells when one has come. */
function watch(socket: Socket) {
  const events: JobEvent[] = [];
  const waiting: { seq: number; resolve: () => void }[] = [];
  socket.on("job.events", (body: { events: JobEvent[] }) => {
    events.push(...body.events);
    for (const { seq, resolve } of waiting) if (events.at(-1)!.seq >= seq) resolve();
  });
  return {
    events,
    until: (seq: number) => new Promise<void>((resolve) => ((events.at(-1)?.seq ?? 0) >= seq ? resolve() : waiting.push({ seq, resolve }))),
  };
}

const seqs = (events: JobEvent[]) => events.map(({ seq }) => seq);
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

describe("a job's page", () => {
  it("gets every event once, in order, across a reconnect in the middle of the stream", async () => {
    const jobId = await runningJob();
    const machine = await asRunner();
    let sent = 0;
    const send = async (count: number) => {
      expect(await machine.emitWithAck("job.events", batch(jobId, sent + 1, count))).toEqual({ seq: sent + count, fenced: false });
      sent += count;
    };
    // More than one page of replay.
    await send(500);
    await send(500);
    await send(177);

    const first = await page();
    const seenFirst = watch(first);
    expect(await first.emitWithAck("job.subscribe", { job: jobId })).toEqual({ ok: true });
    const streaming = (async () => {
      while (sent < 1500) await send(17);
    })();
    await seenFirst.until(1200);
    first.disconnect();
    const cursor = cursorOf(seenFirst.events.at(-1)!);

    const second = await page();
    const seenSecond = watch(second);
    expect(await second.emitWithAck("job.subscribe", { job: jobId, cursor })).toEqual({ ok: true });
    await streaming;
    await seenSecond.until(sent);
    expect([...seqs(seenFirst.events), ...seqs(seenSecond.events)]).toEqual(upTo(sent));
    expect(seenFirst.events[0]).toEqual({ attempt: 1, seq: 1, atMs: 1, body: { kind: "log", level: "info", text: "line 1" } });
  });

  it("gets them once when the runner sends a batch again, and the runner hears of a gap", async () => {
    const jobId = await runningJob();
    const machine = await asRunner();
    const socket = await page();
    const seen = watch(socket);
    await socket.emitWithAck("job.subscribe", { job: jobId, cursor: "0:0" });
    await machine.emitWithAck("job.events", batch(jobId, 1, 3));
    expect(await machine.emitWithAck("job.events", batch(jobId, 1, 3))).toEqual({ seq: 3, fenced: false });
    expect(await machine.emitWithAck("job.events", batch(jobId, 6, 2))).toEqual({ seq: 3, fenced: false });
    expect(await machine.emitWithAck("job.events", { ...batch(jobId, 1, 1), attempt: 2 })).toEqual({ seq: 0, fenced: true });
    expect(await machine.emitWithAck("job.events", { jobId, attempt: 1, events: [] })).toMatchObject({ error: expect.any(String) });
    await machine.emitWithAck("job.events", batch(jobId, 4, 1));
    await seen.until(4);
    expect(seqs(seen.events)).toEqual([1, 2, 3, 4]);
  });

  it("gets the job whole when it changes, and the runner is told to stop it", async () => {
    const jobId = await runningJob();
    const machine = await asRunner();
    const socket = await page();
    const changed = new Promise<Job>((resolve) => socket.once("job.changed", resolve));
    const stop = new Promise<unknown>((resolve) => machine.once("job.stop", resolve));
    expect(await owner.client.call("job.cancel", { job: jobId })).toMatchObject({ status: "stopping", runner: "local" });
    expect(await stop).toEqual({ jobId });
    expect(await changed).toMatchObject({ job: jobId, status: "stopping", runner: "local" });
  });

  it("is not for another workspace's member, nor for nobody", async () => {
    const stranger = await lathe.person({ slug: "other", role: "owner" });
    const jobId = await runningJob();
    await expect(connect(liveNamespace, { workspace: "acme" })).rejects.toMatchObject({ data: { code: "sign_in_needed" } });
    await expect(connect(liveNamespace, { workspace: "acme" }, { cookie: await cookieOf(stranger.userId) })).rejects.toMatchObject({ data: { code: "workspace_not_found" } });
    const socket = await page(stranger);
    expect(await socket.emitWithAck("job.subscribe", { job: jobId })).toMatchObject({ error: { code: "job_not_found" } });
    expect(await socket.emitWithAck("job.subscribe", { job: 7 })).toMatchObject({ error: { code: "invalid_input" } });
  });

  it("of another site opens no socket", async () => {
    await expect(connect(liveNamespace, { workspace: "acme" }, { origin: "https://evil.example", cookie: await cookieOf(owner.userId) })).rejects.toThrow();
  });

  it("is closed when its person is removed", async () => {
    const leaver = await lathe.person({ slug: "acme", role: "editor" });
    const socket = await page(leaver);
    const gone = new Promise((resolve) => socket.once("disconnect", resolve));
    await owner.client.call("member.remove", { userId: leaver.userId });
    await gone;
    await expect(leaver.client.call("me.show")).rejects.toMatchObject({ status: 401 });
  });
});

describe("a runner", () => {
  it("is refused without its own token", async () => {
    await expect(asRunner({ name: "local", token: "wrong" })).rejects.toMatchObject({ data: { code: "runner_refused" } });
    await expect(asRunner({ name: "another", token: runner.token })).rejects.toMatchObject({ data: { code: "runner_refused" } });
    await expect(asRunner({})).rejects.toMatchObject({ data: { code: "runner_refused" } });
  });

  it("says what it is and does; others' work is not named", async () => {
    const jobId = await runningJob();
    const machine = await asRunner();
    const info = { version: "0.1.0", platform: "linux", cores: 2, memoryBytes: 1, slots: 1, engine: { name: "onnx", reason: "" }, sandbox: { kind: "none", accepted: true, message: "" } };
    expect(await machine.emitWithAck("runner.hello", { info })).toEqual({ ok: true });
    await machine.emitWithAck("runner.load", { load: { jobs: [jobId, "job_of_others"], deployments: ["dep_of_others"], cpuFraction: 0.5, usedMemoryBytes: 2 } });
    const [shown] = await owner.client.call("runner.list");
    expect(shown).toMatchObject({ name: "local", online: true, info, load: { jobs: [jobId], deployments: [], cpuFraction: 0.5 } });
  });
});
