import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { S3Store } from "../s3-store";
import { startStoreProcess, type StoreProcess } from "../testing/store-process";

const MiB = 1024 * 1024;

/** Only Linux tells the most memory that a process ever had. */
describe.skipIf(process.platform !== "linux")("the store's memory", () => {
  let root: string;
  let server: StoreProcess;
  let store: S3Store;
  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), "lathe-memory-"));
    server = await startStoreProcess(root);
    store = server.client();
    await store.createBucket("models");
  });
  afterAll(async () => {
    store.close();
    server.child.kill("SIGTERM");
    await server.ended;
    await rm(root, { recursive: true });
  });

  const peakBytes = () => 1024 * Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.child.pid}/status`, "utf8"))![1]);

  async function throughIt(sizeBytes: number): Promise<void> {
    const piece = Buffer.alloc(MiB, "x");
    const pieces = () => Readable.from((function* () {
      for (let i = 0; i < sizeBytes / MiB; i++) yield piece;
    })());
    // One request below the client's bound for parts, many parts above it.
    await store.put("models", "weights", pieces(), { sizeBytes });
    let read = 0;
    for await (const part of (await store.get("models", "weights")).body) read += (part as Buffer).length;
    expect(read).toBe(sizeBytes);
  }

  it("does not grow with the object", { timeout: 120_000 }, async () => {
    await throughIt(64 * MiB);
    await throughIt(96 * MiB);
    const before = peakBytes();
    await throughIt(384 * MiB);
    expect(peakBytes() - before).toBeLessThan(64 * MiB);
  });
});
