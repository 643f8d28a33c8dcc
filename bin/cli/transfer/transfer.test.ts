import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Client } from "#lib/sdk/client";
import { S3Store } from "#storage/s3-store";
import { startStore, type RunningStore } from "#storage/server/start";
import { download, type Download } from "./download";
import { upload } from "./upload";

/** The real store behind a line that breaks when told, and a server that only gives addresses. */
let folder: string;
let store: RunningStore;
let objects: S3Store;
let line: net.Server;
let client: Client;
/** So many times a connection breaks that has carried more bytes than these of the client's, or of the store's. */
let breaks: { left: number; from: "client" | "store"; afterBytes: number };

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "lathe-transfer-"));
  const keys = { accessKeyId: "transferkey", secretAccessKey: "transfersecret", region: "us-east-1" };
  store = await startStore({ root: path.join(folder, "store"), host: "127.0.0.1", port: 0, corsOrigins: [], ...keys });
  const to = Number(new URL(store.endpoint).port);
  line = net.createServer((near) => {
    const far = net.connect(to, "127.0.0.1");
    const pass = (from: net.Socket, into: net.Socket, side: "client" | "store") => {
      let bytes = 0;
      from.on("data", (chunk) => {
        bytes += chunk.length;
        if (breaks.left > 0 && breaks.from === side && bytes > breaks.afterBytes) {
          breaks.left--;
          for (const end of [near, far]) end.resetAndDestroy();
        } else if (!into.destroyed) into.write(chunk);
      });
      from.on("close", () => into.destroy()).on("error", () => into.destroy());
    };
    pass(near, far, "client");
    pass(far, near, "store");
  });
  await new Promise<void>((resolve) => line.listen(0, "127.0.0.1", resolve));
  objects = new S3Store({ endpoint: store.endpoint, publicEndpoint: `http://127.0.0.1:${(line.address() as net.AddressInfo).port}`, ...keys });
  await objects.createBucket("food");
  client = addressesOf(objects);
});

beforeEach(() => {
  breaks = { left: 0, from: "client", afterBytes: 0 };
});

afterAll(async () => {
  line.close();
  objects.close();
  await store.close();
  await rm(folder, { recursive: true });
});

function addressesOf(signer: S3Store): Client {
  const call = async (name: string, input: { bucket: string; files?: { key: string; sizeBytes: number; contentType: string }[]; keys?: string[] }) =>
    name === "object.presign-uploads"
      ? Promise.all(input.files!.map(async (file) => ({ key: file.key, ...(await signer.presignPut(input.bucket, file.key, { ...file, expiresInSeconds: 60 })), reason: null })))
      : Promise.all(input.keys!.map(async (key) => ({ key, url: await signer.presignGet(input.bucket, key, { expiresInSeconds: 60 }) })));
  return { call } as unknown as Client;
}

async function files(name: string, count: number, sizeBytes: number) {
  const from = path.join(folder, name);
  await mkdir(from);
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const one = { path: path.join(from, `${i}.jpg`), key: `${name}/${i}.jpg` };
      await writeFile(one.path, Buffer.alloc(sizeBytes, `${i} `));
      return one;
    }),
  );
}

async function* withoutAddress(keys: string[]): AsyncGenerator<Download> {
  for (const key of keys) yield { key, relative: key, url: "" };
}

describe.each([["small files", 300, 20_000], ["streamed files", 6, 3_000_000]])("%s over a line that breaks", (name, count, sizeBytes) => {
  it("all arrive with their bytes, up and down", async () => {
    const all = await files(name, count, sizeBytes);
    breaks = { left: 3, from: "client", afterBytes: sizeBytes / 2 };
    expect(await upload(client, all, "food")).toEqual({ files: count, sizeBytes: count * sizeBytes, failed: [] });
    expect(breaks.left).toBe(0);

    breaks = { left: 3, from: "store", afterBytes: sizeBytes / 2 };
    const target = path.join(folder, `${name} down`);
    const result = await download(client, withoutAddress(all.map(({ key }) => key)), "food", target, { total: () => count });
    expect(result).toEqual({ files: count, sizeBytes: count * sizeBytes, failed: [] });
    expect(breaks.left).toBe(0);
    for (const one of all) expect((await readFile(path.join(target, one.key))).equals(await readFile(one.path))).toBe(true);
  });
});

it("names every key that fails, and fetches the others", async () => {
  await objects.put("food", "here.txt", "here");
  const target = path.join(folder, "some");
  const result = await download(client, withoutAddress(["gone.txt", "here.txt", ".//here.txt"]), "food", target, { total: () => 3 });
  expect(result.files).toBe(1);
  expect(result.failed.map(({ path }) => path).sort()).toEqual(["s3://food/.//here.txt", "s3://food/gone.txt"]);
  expect(result.failed.find(({ path }) => path.endsWith("//here.txt"))?.reason).toBe("another key goes to the same file");
  expect(await readFile(path.join(target, "here.txt"), "utf8")).toBe("here");
});

it("names the bucket that is gone", async () => {
  const result = await upload(client, await files("lost", 2, 10), "nowhere");
  expect(result.failed.map(({ reason }) => reason)).toEqual(Array(2).fill('the bucket "nowhere" is gone'));
});
