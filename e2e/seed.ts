import { expect } from "@playwright/test";
import { isTerminal } from "#lib/domain/job";
import type { Client } from "#lib/sdk/client";
import { drawPicture, labels } from "./pictures";

export type Seed = { bucket: string; dataset: string; job: string; model: string; endpoint: string };

const seed = { bucket: "seed-pictures", dataset: "seed", model: "seed", endpoint: "seed" };

/** A bucket, a dataset, a trained model and an endpoint, made once through the API for tests that look at pages. */
export async function ensureSeed(client: Client): Promise<Seed> {
  const endpoints = await client.call("endpoint.list");
  if (!endpoints.some((e) => e.endpoint === seed.endpoint && e.status === "ready")) await make(client);
  const { items } = await client.call("job.list", { kind: "auto-learn", search: seed.model });
  return { ...seed, job: items[0]!.job };
}

export async function jobEnd(client: Client, job: string, timeoutMs = 240_000) {
  let shown = await client.call("job.show", { job });
  await expect
    .poll(async () => isTerminal((shown = await client.call("job.show", { job })).status), { timeout: timeoutMs, intervals: [500] })
    .toBe(true);
  return shown;
}

/** Puts files by presigned requests, as the page and the CLI do. */
export async function store(client: Client, bucket: string, files: Record<string, Buffer | string>): Promise<void> {
  const keys = Object.keys(files);
  const uploads = await client.call("object.presign-uploads", {
    bucket,
    files: keys.map((key) => ({ key, sizeBytes: Buffer.byteLength(files[key]!) })),
  });
  for (const { key, url, headers, reason } of uploads) {
    expect(reason).toBeNull();
    const response = await fetch(url!, { method: "PUT", headers, body: new Uint8Array(Buffer.from(files[key]!)) });
    expect(response.status).toBe(200);
  }
}

/** `perLabel` drawn pictures of each label under `prefix`. */
export async function drawnFiles(prefix: string, perLabel: number): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = {};
  for (const label of labels) {
    for (let i = 0; i < perLabel; i++) files[`${prefix}${label}/${i}.jpg`] = await drawPicture(label, i + labels.indexOf(label) * 1000);
  }
  return files;
}

async function make(client: Client): Promise<void> {
  await client.call("bucket.create", { bucket: seed.bucket });
  await store(client, seed.bucket, { ...(await drawnFiles("p/", 30)), "p/doughnut/notes.jpg": "a text file renamed", "readme.txt": "What is in here." });
  const dataset = await client.call("dataset.create", { dataset: seed.dataset, bucket: seed.bucket, prefix: "p/" });
  expect((await jobEnd(client, dataset.job)).status).toBe("succeeded");
  const job = await client.call("auto-learn.start", { name: seed.model, dataset: seed.dataset, imageSize: 32, epochs: 3, maxMinutes: 3 });
  expect((await jobEnd(client, job.job)).status).toBe("succeeded");
  await client.call("endpoint.deploy", { endpoint: seed.endpoint, model: `${seed.model}@1` });
  await expect.poll(async () => (await client.call("endpoint.show", { endpoint: seed.endpoint })).status, { timeout: 60_000 }).toBe("ready");
}
