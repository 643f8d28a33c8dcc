import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readObject } from "../../read-object";
import { realFiles } from "./files";
import { StoreFolder } from "./store";
import { startTestStore } from "../../testing/test-store";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "lathe-compact-"));
});
afterEach(() => rm(root, { recursive: true }));

const content = (i: number) => Buffer.alloc(5000, `content ${i} `);
const segments = () => readdir(path.join(root, "segments"));

it("gives the room of deleted small objects back, and loses none of the others", async () => {
  const server = await startTestStore({ root, segmentBytes: 60_000 });
  const client = server.client();
  await client.createBucket("photos");
  for (let i = 0; i < 100; i++) await client.put("photos", `k${i}`, content(i));
  for (let i = 0; i < 100; i++) if (i % 10 !== 0) await client.delete("photos", `k${i}`);
  client.close();
  await server.close();
  const before = await segments();

  const folder = await StoreFolder.open({ files: realFiles, root, minFreeBytes: 0, segmentBytes: 60_000, warn: (line) => expect.fail(line), onBroken: (error) => expect.fail(String(error)) });
  const reader = folder.blobs.hold(folder.bucket("photos").objects.get("k0")!.blobs);
  const removed = await folder.compact();
  expect(removed.length).toBeGreaterThan(5);
  // Somebody still reads from the first.
  expect(await segments()).toContain(before[0]);
  reader.release();
  await expect.poll(segments).not.toContain(before[0]);
  expect((await segments()).length).toBeLessThan(before.length / 2);
  await folder.close();

  const again = await startTestStore({ root });
  const store = again.client();
  expect((await store.listPage("photos")).objects).toHaveLength(10);
  for (let i = 0; i < 100; i += 10) expect((await readObject(store, "photos", `k${i}`, 10_000)).equals(content(i))).toBe(true);
  store.close();
  await again.close();
});
