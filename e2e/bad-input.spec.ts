import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "@playwright/test";
import { ApiError, createClient, type Client } from "#lib/sdk/client";
import { drawPicture } from "./pictures";
import { lathe } from "./lathe";
import { drawnFiles, jobEnd, store } from "./seed";

/**
 * What people and programs get wrong, from outside: through public HTTP only. Each gives one clear message with the next
 * step, and nothing that was there is lost.
 */
let client: Client;

test.beforeAll(() => {
  client = createClient({ baseUrl: lathe().url, token: lathe().token });
});

async function refusal(call: Promise<unknown>): Promise<ApiError> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ApiError);
  const refused = error as ApiError;
  expect(refused.message).not.toBe("");
  expect(refused.nextStep).not.toBe("");
  return refused;
}

test("a bucket name in capitals is refused with one that would do", async () => {
  const error = await refusal(client.call("bucket.create", { bucket: "My-Photos" }));
  expect(error.status).toBe(400);
  expect(`${error.message} ${error.nextStep}`).toContain("my-photos");
});

test("a key with ../ gets no address, and its neighbours do", async () => {
  await client.call("bucket.create", { bucket: "bad-keys" });
  const [bad, good] = await client.call("object.presign-uploads", {
    bucket: "bad-keys",
    files: [{ key: "a/../../etc/passwd", sizeBytes: 1 }, { key: "a/fine.jpg", sizeBytes: 1 }],
  });
  expect(bad!.url).toBeNull();
  expect(bad!.reason).toContain("..");
  expect(good!.url).not.toBeNull();
});

test("files that are no pictures are listed with the reason, and the rest is taken", async () => {
  await client.call("bucket.create", { bucket: "mixed" });
  await store(client, "mixed", { ...(await drawnFiles("p/", 4)), "p/doughnut/text.jpg": "not a picture at all", "p/doughnut/empty.jpg": "" });
  const made = await client.call("dataset.create", { dataset: "mixed", bucket: "mixed", prefix: "p/" });
  expect((await jobEnd(client, made.job)).status).toBe("succeeded");
  const version = await client.call("dataset-version.show", { dataset: "mixed", version: 1 });
  expect(version).toMatchObject({ status: "ready", samples: 12, rejected: 2 });
  const { items } = await client.call("rejection.list", { dataset: "mixed", version: 1 });
  expect(Object.fromEntries(items.map((r) => [r.key, r.code]))).toEqual({
    "p/doughnut/text.jpg": "not_an_image",
    "p/doughnut/empty.jpg": "empty",
  });
});

test("a dataset of one label, or of two pictures in a class, can be looked at but not learnt from", async () => {
  await client.call("bucket.create", { bucket: "too-few" });
  await store(client, "too-few", {
    "one/cake/1.jpg": await drawPicture("doughnut", 1),
    "one/cake/2.jpg": await drawPicture("doughnut", 2),
    "one/cake/3.jpg": await drawPicture("doughnut", 3),
    "two/cake/1.jpg": await drawPicture("doughnut", 1),
    "two/cake/2.jpg": await drawPicture("doughnut", 2),
    "two/cake/3.jpg": await drawPicture("doughnut", 3),
    "two/tea/1.jpg": await drawPicture("sandwich", 1),
    "two/tea/2.jpg": await drawPicture("sandwich", 2),
  });
  for (const [prefix, expected] of [["one", /one label only, "cake"/], ["two", /"tea" has 2/]] as const) {
    const made = await client.call("dataset.create", { dataset: `few-${prefix}`, bucket: "too-few", prefix: `${prefix}/` });
    await jobEnd(client, made.job);
    const error = await refusal(client.call("auto-learn.start", { name: "few", dataset: `few-${prefix}` }));
    expect(error.message).toMatch(expected);
  }
});

test("a budget of zero is refused by name", async () => {
  const error = await refusal(client.call("auto-learn.start", { name: "zero", dataset: "mixed", maxMinutes: 0 }));
  expect(error.status).toBe(400);
  expect(error.message).toContain("time budget");
});

test("a bucket deleted under a running job ends the job with its name, and half a version is not shown", async () => {
  await client.call("bucket.create", { bucket: "going-away" });
  await store(client, "going-away", await drawnFiles("p/", 70));
  const made = await client.call("dataset.create", { dataset: "going-away", bucket: "going-away", prefix: "p/" });
  await client.call("bucket.delete", { bucket: "going-away" });
  const job = await jobEnd(client, made.job);
  const version = await client.call("dataset-version.show", { dataset: "going-away", version: 1 });
  // The import may have been quicker than the deletion; then the version is whole.
  if (job.status === "succeeded") expect(version).toMatchObject({ status: "ready", samples: 210 });
  else {
    expect(job.error?.message).toContain("going-away");
    expect(version).toMatchObject({ status: "failed", samples: 0 });
  }
});

test("PostgreSQL killed comes back, and what was there is there", async () => {
  const { home, url } = lathe();
  const before = await client.call("bucket.list");
  const { pid } = JSON.parse(await readFile(path.join(home, "run", "postgres.json"), "utf8")) as { pid: number };
  process.kill(pid, "SIGKILL");
  await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 60_000 }).toBe(200);
  await expect.poll(async () => (await client.call("bucket.list").catch(() => [])).length, { timeout: 60_000 }).toBe(before.length);
});

test("an endpoint that is not there is a 404 with the next step", async () => {
  const error = await refusal(client.predict(`${lathe().url}/serve/local/no-such-endpoint`, new Uint8Array(4), "image/jpeg"));
  expect(error.status).toBe(404);
});
