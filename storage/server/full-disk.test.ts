import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { readObject } from "../read-object";
import type { S3Store } from "../s3-store";
import { smallDisk } from "../testing/small-disk";
import { startTestStore, type TestStore } from "../testing/test-store";

const MiB = 1024 * 1024;
/** Large enough for a file of its own. */
const oldContent = "old content".repeat(10_000);
const full = expect.objectContaining({ name: "LatheError", code: "store_full", nextStep: expect.stringContaining("make room") });
const open: { server: TestStore; store: S3Store }[] = [];
afterEach(async () => {
  for (const { server, store } of open.splice(0)) {
    store.close();
    await server.remove();
  }
});

async function start(options: Parameters<typeof startTestStore>[0]) {
  const server = await startTestStore(options);
  const store = server.client();
  open.push({ server, store });
  await store.createBucket("photos");
  await store.put("photos", "old", oldContent);
  return { server, store };
}

/** How many files of objects there are. */
async function blobs(server: TestStore): Promise<number> {
  const names = await readdir(path.join(server.root, "blobs"), { recursive: true });
  return names.filter((name) => name.includes("/")).length;
}

describe("a full disk", () => {
  it("is told before a body is read that cannot fit", async () => {
    const disk = smallDisk(2 * MiB);
    const { server, store } = await start({ files: disk.files, minFreeBytes: MiB });
    await expect(store.put("photos", "new", Buffer.alloc(MiB))).rejects.toEqual(full);
    expect(await blobs(server)).toBe(1);
    await store.put("photos", "small", "fits");
  });

  it("in the middle of an upload leaves the old object and no half one", async () => {
    const disk = smallDisk(100 * MiB);
    const { server, store } = await start({ files: disk.files, minFreeBytes: 0 });
    let sent = 0;
    const body = new Readable({
      read() {
        sent += 64 * 1024;
        // Somebody else takes the rest of the disk while this object is on its way.
        if (sent === 4 * MiB) disk.freeBytes = 100_000;
        this.push(sent > 8 * MiB ? null : Buffer.alloc(64 * 1024));
      },
    });
    await expect(store.put("photos", "old", body, { sizeBytes: 8 * MiB })).rejects.toEqual(full);
    expect((await readObject(store, "photos", "old", MiB)).toString()).toBe(oldContent);
    expect(await blobs(server)).toBe(1);
  });

  it("does not stand in the way of deleting, which makes room", async () => {
    const disk = smallDisk(10 * MiB);
    const { store } = await start({ files: disk.files, minFreeBytes: 0 });
    await store.put("photos", "large", Buffer.alloc(MiB));
    disk.freeBytes = 0;
    await expect(store.put("photos", "empty", "")).rejects.toEqual(full);
    await expect(store.put("photos", "new", "x")).rejects.toEqual(full);
    await store.delete("photos", "large");
    expect(await store.head("photos", "large")).toBeNull();
    await store.put("photos", "new", "x");
    expect((await readObject(store, "photos", "new", 100)).toString()).toBe("x");
  });

  it("is survived by the index: all that was acknowledged is there after a restart", async () => {
    const disk = smallDisk(MiB);
    const { server, store } = await start({ files: disk.files, minFreeBytes: 0 });
    const kept = ["old"];
    for (let i = 0; i < 200; i++) {
      const key = `k${String(i).padStart(3, "0")}`;
      await store.put("photos", key, Buffer.alloc(5000)).then(
        () => kept.push(key),
        (error: unknown) => expect(error).toEqual(full),
      );
    }
    expect(kept.length).toBeGreaterThan(50);
    expect(kept.length).toBeLessThan(200);
    await server.close();
    const again = await startTestStore({ root: server.root });
    const client = again.client();
    expect((await client.listPage("photos")).objects.map((o) => o.key)).toEqual(kept.sort());
    expect(again.lines).toEqual([]);
    client.close();
    await again.close();
  });
});

/** Needs the right to mount; what it shows is shown above too, on a disk that only acts full. */
const mounted = (() => {
  const folder = `/tmp/lathe-tmpfs-${process.pid}`;
  try {
    execFileSync("mkdir", ["-p", folder]);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "lathe-test", folder], { stdio: "ignore" });
    return folder;
  } catch {
    execFileSync("rmdir", [folder]);
    return null;
  }
})();

describe.skipIf(mounted === null)("a real disk of 4 MiB", () => {
  it("fills, says so, and takes objects again after some were deleted", async () => {
    try {
      const server = await startTestStore({ root: await mkdtemp(path.join(mounted!, "store-")), minFreeBytes: 0 });
      const store = server.client();
      await store.createBucket("photos");
      const kept: string[] = [];
      let refused = 0;
      for (let i = 0; i < 60 && refused < 5; i++) {
        await store.put("photos", `k${i}`, Buffer.alloc(100_000, i)).then(
          () => kept.push(`k${i}`),
          (error: unknown) => {
            expect(error).toEqual(full);
            refused++;
          },
        );
      }
      expect(refused).toBe(5);
      for (const [i, key] of kept.entries()) expect((await readObject(store, "photos", key, MiB)).equals(Buffer.alloc(100_000, i))).toBe(true);
      await store.deleteMany("photos", kept.slice(0, 5));
      await store.put("photos", "after", Buffer.alloc(100_000));
      store.close();
      await server.close();
    } finally {
      await rm(mounted!, { recursive: true, force: true }).catch(() => undefined);
      execFileSync("umount", [mounted!]);
      execFileSync("rmdir", [mounted!]);
    }
  });
});
