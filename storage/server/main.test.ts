import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readObject } from "../read-object";
import { startStoreProcess } from "../testing/store-process";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "lathe-main-"));
});
afterEach(() => rm(root, { recursive: true }));

describe("the store's process", () => {
  it.each(["SIGTERM", "SIGINT"] as const)("answers what has begun on %s, exits 0 and goes on where it stopped", async (signal) => {
    const first = await startStoreProcess(root);
    const store = first.client();
    await store.createBucket("photos");
    let push = (_bytes: Buffer | null) => {};
    const body = new Readable({ read() {} });
    push = (bytes) => void body.push(bytes);
    const put = store.put("photos", "slow", body, { sizeBytes: 200_000 });
    push(Buffer.alloc(100_000, "a"));
    await expect.poll(async () => (await readdir(path.join(root, "blobs"))).length).toBe(1);
    first.child.kill(signal);
    await expect.poll(() => refusesConnections(first.endpoint)).toBe(true);
    push(Buffer.alloc(100_000, "b"));
    push(null);
    await put;
    store.close();
    expect(await first.ended).toBe(0);
    expect(first.stderr()).toBe("");

    const second = await startStoreProcess(root);
    const again = second.client();
    expect((await readObject(again, "photos", "slow", 1_000_000)).toString()).toBe("a".repeat(100_000) + "b".repeat(100_000));
    again.close();
    second.child.kill("SIGTERM");
    expect(await second.ended).toBe(0);
  });

  it("ends when whoever started it is gone", async () => {
    const { child, ended } = await startStoreProcess(root);
    child.disconnect();
    expect(await ended).toBe(0);
  });

  it("says in one line that its port is taken, and exits 1", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const expected = `ended with 1: store: port ${port} on 127.0.0.1 is taken. Stop what uses it or set LATHE_STORE_PORT to another.\n`;
    await expect(startStoreProcess(root, { LATHE_STORE_PORT: String(port) })).rejects.toThrow(new Error(expected));
    other.close();
    // It let go of its folder.
    const { child, ended } = await startStoreProcess(root);
    child.kill("SIGTERM");
    await ended;
  });

  it("says what is missing or wrong in its environment", async () => {
    await expect(startStoreProcess(root, { LATHE_STORE_SECRET_ACCESS_KEY: "" })).rejects.toThrow(/^ended with 1: store: LATHE_STORE_SECRET_ACCESS_KEY is not set\..*\n$/);
    await expect(startStoreProcess(root, { LATHE_STORE_PORT: "http" })).rejects.toThrow(/^ended with 1: store: LATHE_STORE_PORT must be a number/);
  });

  it("refuses a folder that another one serves", async () => {
    const first = await startStoreProcess(root);
    await expect(startStoreProcess(root)).rejects.toThrow(/^ended with 1: store: .* is in use by another object store \(process \d+\)\. Stop that one first\.\n$/);
    first.child.kill("SIGTERM");
    await first.ended;
  });
});

async function refusesConnections(endpoint: string): Promise<boolean> {
  try {
    await fetch(endpoint);
    return false;
  } catch {
    return true;
  }
}
