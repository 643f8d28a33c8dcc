import { CompleteMultipartUploadCommand, CreateMultipartUploadCommand, S3Client, UploadPartCommand } from "@aws-sdk/client-s3";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readObject } from "../read-object";
import { processCredentials, startStoreProcess } from "../testing/store-process";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "lathe-crash-"));
});
afterAll(() => rm(root, { recursive: true }));

const writers = 8;
/** Each starts two processes: `LATHE_TEST_KILLS=200` for the long form. */
const kills = Number(process.env.LATHE_TEST_KILLS ?? 10);

/** Bytes that only this round of this key has: 1 to 200 KB, so that some are in the middle of anything. */
function content(key: string, round: number): Buffer {
  const seed = createHash("sha256").update(`${key}#${round}`).digest();
  return Buffer.alloc(1000 + (seed.readUInt32BE() % 200_000), seed);
}

describe("kill -9", () => {
  it("loses no acknowledged object and shows no half one, time after time", { timeout: 60_000 + kills * 20_000 }, async () => {
    /** the round of each key that was last acknowledged, and the one that may or may not have come through */
    const known = new Map<string, { acknowledged: number; begun: number }>();
    let first = true;
    for (let crash = 0; crash < kills; crash++) {
      const server = await startStoreProcess(root);
      const store = server.client();
      if (first) await store.createBucket("photos");
      first = false;
      let acknowledged = 0;
      let stopped = false;
      const all = Array.from({ length: writers }, async (_, w) => {
        for (let i = 0; !stopped; i = (i + 1) % 15) {
          const key = `w${w}/k${i}`;
          const state = known.get(key) ?? { acknowledged: -1, begun: -1 };
          known.set(key, state);
          state.begun++;
          try {
            await store.put("photos", key, content(key, state.begun));
          } catch (error) {
            expect(stopped, String(error)).toBe(true);
            return;
          }
          state.acknowledged = state.begun;
          // From among its own requests, so that it hits all of them somewhere else.
          if (++acknowledged === 40 + ((61 * crash) % 300)) {
            stopped = true;
            server.child.kill("SIGKILL");
          }
        }
      });
      await Promise.all(all);
      store.close();
      await server.ended;

      const again = await startStoreProcess(root);
      const reader = again.client();
      const listed = new Set<string>();
      let large = 0;
      for await (const { key, sizeBytes } of reader.list("photos")) {
        listed.add(key);
        if (sizeBytes > 64 * 1024) large++;
        const state = known.get(key)!;
        const bytes = await readObject(reader, "photos", key, 1_000_000);
        expect(bytes.length).toBe(sizeBytes);
        const possible = [state.acknowledged, state.begun].filter((round) => round >= 0);
        const found = possible.find((round) => content(key, round).equals(bytes));
        expect(found, `${key} is neither its acknowledged nor its last content`).toBeDefined();
        Object.assign(state, { acknowledged: found, begun: found });
      }
      for (const [key, { acknowledged: round }] of known) {
        if (round >= 0) expect(listed.has(key), `${key} was acknowledged and is gone`).toBe(true);
        else if (!listed.has(key)) known.delete(key);
      }
      const files = (await readdir(path.join(root, "blobs"), { recursive: true })).filter((name) => name.includes("/"));
      expect(files).toHaveLength(large);
      reader.close();
      again.child.kill("SIGTERM");
      expect(await again.ended).toBe(0);
    }
    expect(known.size).toBeGreaterThan(writers * 10);
  });

  it("keeps the parts of an upload that were acknowledged", async () => {
    const server = await startStoreProcess(root);
    const connect = (endpoint: string) => new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials: processCredentials });
    const ids = { Bucket: "photos", Key: "in-parts" };
    const client = connect(server.endpoint);
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(ids));
    const one = Buffer.alloc(5 * 1024 * 1024, "one");
    const first = await client.send(new UploadPartCommand({ ...ids, UploadId, PartNumber: 1, Body: one }));
    server.child.kill("SIGKILL");
    await server.ended;
    client.destroy();

    const again = await startStoreProcess(root);
    const next = connect(again.endpoint);
    const second = await next.send(new UploadPartCommand({ ...ids, UploadId, PartNumber: 2, Body: "two" }));
    const Parts = [first, second].map(({ ETag }, i) => ({ PartNumber: i + 1, ETag }));
    await next.send(new CompleteMultipartUploadCommand({ ...ids, UploadId, MultipartUpload: { Parts } }));
    next.destroy();
    const store = again.client();
    expect((await readObject(store, "photos", "in-parts", 10_000_000)).equals(Buffer.concat([one, Buffer.from("two")]))).toBe(true);
    store.close();
    again.child.kill("SIGTERM");
    await again.ended;
  });
});
