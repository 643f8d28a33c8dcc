import { CompleteMultipartUploadCommand, CreateMultipartUploadCommand, S3Client, UploadPartCommand } from "@aws-sdk/client-s3";
import { open, readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { S3Store } from "../../s3-store";
import { readObject } from "../../read-object";
import { sendSigned } from "../../testing/signed-request";
import { startTestStore, type TestStore } from "../../testing/test-store";
import type { ScrubReport } from "./scrub";

let server: TestStore;
let store: S3Store;
beforeEach(async () => {
  server = await startTestStore();
  store = server.client();
  await store.createBucket("photos");
});
afterEach(async () => {
  store.close();
  await server.remove();
});

async function scrub(): Promise<ScrubReport> {
  const begun = await sendSigned(server, { method: "POST", path: "/-lathe/scrub" });
  expect(begun.status).toBe(202);
  let report!: ScrubReport;
  await expect.poll(async () => (report = JSON.parse((await sendSigned(server, { path: "/-lathe/scrub" })).text) as ScrubReport).state).toBe("done");
  return report;
}

/** Changes one byte in the file under `folder` that holds `text`. @returns how to undo it */
async function flip(folder: string, text: string): Promise<() => Promise<void>> {
  for (const name of (await readdir(path.join(server.root, folder), { recursive: true })).sort()) {
    const target = path.join(server.root, folder, name);
    const at = (await readFile(target).catch(() => Buffer.alloc(0))).indexOf(text);
    if (at < 0) continue;
    const write = async (byte: string) => {
      const file = await open(target, "r+");
      await file.write(Buffer.from(byte), 0, 1, at);
      await file.close();
    };
    await write("#");
    return () => write(text[0]!);
  }
  throw new Error(`no file holds ${text}`);
}

describe("a scrub", () => {
  it("finds nothing where nothing is wrong: empty, small, large, in parts, copied", async () => {
    await store.put("photos", "empty", "");
    await store.put("photos", "small", "x".repeat(1000));
    await store.put("photos", "large", Buffer.alloc(300_000, "y"));
    const { endpoint, accessKeyId, secretAccessKey } = server;
    const client = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
    const where = { Bucket: "photos", Key: "parts" };
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(where));
    const bodies = [Buffer.alloc(5 * 1024 * 1024, "1"), Buffer.from("end")];
    const Parts = await Promise.all(bodies.map(async (Body, i) => ({ PartNumber: i + 1, ETag: (await client.send(new UploadPartCommand({ ...where, UploadId, PartNumber: i + 1, Body }))).ETag })));
    await client.send(new CompleteMultipartUploadCommand({ ...where, UploadId, MultipartUpload: { Parts } }));
    client.destroy();
    expect(await scrub()).toMatchObject({ objects: 4, damaged: [], bytes: 301_000 + 5 * 1024 * 1024 + 3 });
  });

  it.each([
    ["a segment", "segments", "small secret", 1000],
    ["a file of its own", "blobs", "large secret", 200_000],
  ])("finds a flipped byte in %s, sets the object aside, and lifts the mark when the byte is put back", async (_, folder, text, size) => {
    await store.put("photos", "good", "good");
    await store.put("photos", "bad", Buffer.alloc(size, `${text} `));
    const undo = await flip(folder, text);
    const reason = "the MD5 of its bytes differs from its ETag";
    expect((await scrub()).damaged).toEqual([{ bucket: "photos", key: "bad", versionId: "null", reason }]);
    expect(server.lines).toEqual([`damaged: photos/bad: ${reason}`]);
    expect(await sendSigned(server, { path: "/photos/bad" })).toMatchObject({ status: 500, code: "ObjectDamaged" });
    expect((await readObject(store, "photos", "good", 10)).toString()).toBe("good");
    await undo();
    expect((await scrub()).damaged).toEqual([]);
    expect((await readObject(store, "photos", "bad", size)).toString()).toContain(text);
  });

  it("finds what is missing, and a new upload makes the object whole", async () => {
    await store.put("photos", "lost", Buffer.alloc(200_000, "z"));
    await rm(path.join(server.root, "blobs"), { recursive: true });
    expect((await scrub()).damaged).toMatchObject([{ key: "lost", reason: "its bytes are missing" }]);
    await store.put("photos", "lost", "found");
    expect((await scrub()).damaged).toEqual([]);
    expect((await readObject(store, "photos", "lost", 10)).toString()).toBe("found");
  });

  it("is the root key's alone", async () => {
    expect((await fetch(`${server.endpoint}/-lathe/scrub`, { method: "POST" })).status).toBe(403);
    expect((await sendSigned(server, { path: "/-lathe/scrub" })).text).toBe("null");
  });
});
