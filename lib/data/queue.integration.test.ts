import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../bin/testing/database";
import { startQueue, type Queue } from "./queue";

let database: TestDatabase;
let sender: Queue;
let first: Queue;
let second: Queue;

beforeAll(async () => {
  database = await createTestDatabase();
  [sender, first, second] = (await Promise.all([startQueue(database.url), startQueue(database.url), startQueue(database.url)])) as [Queue, Queue, Queue];
});
afterAll(async () => {
  await Promise.all([sender, first, second].map((queue) => queue.stop()));
  await database.drop();
});

it("brings each job to one of the runners, however often it was sent while it waited, and again when it could not be dealt with", async () => {
  for (let i = 0; i < 3; i++) for (const jobId of ["job_a", "job_b", "job_c"]) await sender.sendJob(jobId);
  const seen: string[] = [];
  let failed = false;
  let tell = () => {};
  const all = new Promise<void>((resolve) => (tell = resolve));
  const handler = async (jobId: string) => {
    if (jobId === "job_b" && !failed) {
      failed = true;
      throw new Error("not now");
    }
    seen.push(jobId);
    if (seen.length === 3) tell();
  };
  await Promise.all([first.workJobs(handler), second.workJobs(handler)]);
  await all;
  expect(seen.sort()).toEqual(["job_a", "job_b", "job_c"]);
});
