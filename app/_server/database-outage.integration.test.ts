import { io } from "socket.io-client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { claimJob } from "#lib/data/claim-job";
import { runnerNamespace } from "#lib/protocol/runner-socket";
import { startTestPostgres, type TestPostgres } from "../../bin/testing/postgres";
import { testStore } from "../../bin/testing/store";
import { createReadyDataset } from "./testing/fill";
import { startTestWeb, type TestWeb } from "./testing/web";

let postgres: TestPostgres;
let lathe: TestWeb;

beforeAll(async () => {
  postgres = await startTestPostgres();
  lathe = await startTestWeb({ database: { url: postgres.url, drop: async () => {} }, store: testStore() });
});
afterAll(async () => {
  await lathe.close();
  await postgres.remove();
});

it("PostgreSQL stopped and started again: requests meanwhile say so, and all goes on after", async () => {
  const { db } = lathe.web.services;
  const owner = await lathe.person({ slug: "acme", role: "owner" });
  const runner = await lathe.runner("local");
  await createReadyDataset(db, { workspaceId: owner.workspaceId, name: "food", labels: { cake: 3, tea: 3 } });
  const { job: jobId } = await owner.client.call("auto-learn.start", { name: "dishes", dataset: "food" });
  await claimJob(db, { jobId, runnerId: runner.runnerId, now: new Date(Date.now() + 60_000) });
  const machine = io(`${lathe.url}${runnerNamespace}`, { auth: { name: "local", token: runner.token }, transports: ["websocket"], forceNew: true });
  await new Promise<void>((resolve) => machine.once("connect", resolve));
  const events = (first: number) => ({ jobId, attempt: 1, events: [{ seq: first, atMs: 1, body: { kind: "log", level: "info", text: "x" } }] });
  expect(await machine.emitWithAck("job.events", events(1))).toEqual({ seq: 1, fenced: false });

  await postgres.stop();
  const answers = await Promise.all(
    Array.from({ length: 15 }, () => fetch(`${lathe.url}/api/v1/jobs`, { headers: { authorization: `Bearer ${owner.token}` } })),
  );
  for (const answer of answers) {
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("2");
    expect(await answer.json()).toMatchObject({ error: { code: "database_unreachable", nextStep: expect.stringContaining("Nothing is lost") } });
  }
  expect((await fetch(`${lathe.url}/healthz`)).status).toBe(200);
  const ready = await fetch(`${lathe.url}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([503, { ready: false, database: false, store: true }]);
  expect(await (await fetch(`${lathe.url}/metrics`)).text()).toContain("lathe_database_up 0");
  // Not stored, so not acknowledged: the runner keeps it and sends it again.
  expect(await machine.emitWithAck("job.events", events(2))).toMatchObject({ error: expect.any(String) });

  await postgres.start();
  await expect.poll(async () => (await fetch(`${lathe.url}/readyz`)).status, { timeout: 30_000 }).toBe(200);
  expect(await owner.client.call("job.show", { job: jobId })).toMatchObject({ status: "running", attempt: 1 });
  expect(await machine.emitWithAck("job.events", events(2))).toEqual({ seq: 2, fenced: false });
  // The queue is back, too.
  await owner.client.call("auto-learn.start", { name: "dishes", dataset: "food" });
  machine.disconnect();
});
