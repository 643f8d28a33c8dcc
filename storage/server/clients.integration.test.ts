import { createHash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readObject } from "../read-object";
import type { S3Store } from "../s3-store";
import { awsCli } from "../testing/clients/aws-cli";
import { boto3 } from "../testing/clients/boto3";
import { isInstalled, type ForeignClient } from "../testing/clients/foreign-client";
import { rclone } from "../testing/clients/rclone";
import { s3cmd } from "../testing/clients/s3cmd";
import { processCredentials, startStoreProcess, type StoreProcess } from "../testing/store-process";

const bucket = "foreign";
const keys = ["plain.txt", "with space.txt", "dir/食物 写真.jpg", "a+b%20c&d?e=f#g.txt", "quotes'\"<&>.txt", "emoji-🍜.bin", "a//b.txt", "folder/"];
/** Over every client's limit for one request; in more than three parts. */
const largeBytes = 17 * 1024 * 1024;

describe.each([awsCli, s3cmd, rclone, boto3])("$name", (kind) => {
  const there = isInstalled(kind);
  if (!there) process.stderr.write(`${kind.name} is not installed, its tests are skipped: apt-get install ${kind.debianPackage}\n`);

  describe.skipIf(!there)("against a store of its own", () => {
    let folder: string;
    let server: StoreProcess;
    let store: S3Store;
    let client: ForeignClient;

    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), "lathe-clients-"));
      server = await startStoreProcess(path.join(folder, "store"));
      store = server.client();
      await store.createBucket(bucket);
      const home = path.join(folder, "home");
      await mkdir(home);
      client = kind.open({ endpoint: server.endpoint, ...processCredentials, bucket, home });
    });
    afterAll(async () => {
      store.close();
      server.child.kill("SIGTERM");
      expect(await server.ended).toBe(0);
      await rm(folder, { recursive: true });
    });

    const fileOf = async (name: string, content: string | Buffer) => {
      const file = path.join(folder, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, content);
      return file;
    };

    it.each(keys.filter((key) => !kind.cannotSay?.(key)))("uploads, lists, downloads and deletes %j", async (key) => {
      const content = `content of ${key}`;
      await client.upload(await fileOf("up.txt", content), `keys/${key}`);
      expect((await readObject(store, bucket, `keys/${key}`, 1000)).toString()).toBe(content);
      expect(await client.list("keys")).toEqual([`keys/${key}`]);
      const down = path.join(folder, "down.txt");
      await rm(down, { force: true });
      await client.download(`keys/${key}`, down);
      expect(await readFile(down, "utf8")).toBe(content);
      await client.remove(`keys/${key}`);
      expect(await store.head(bucket, `keys/${key}`)).toBeNull();
    });

    it("uploads in parts and downloads what came", async () => {
      const bytes = randomBytes(largeBytes);
      await client.upload(await fileOf("large.bin", bytes), "large.bin");
      expect((await store.head(bucket, "large.bin"))?.etag).toMatch(/-[2-9]"?$/);
      const down = path.join(folder, "large.down");
      await client.download("large.bin", down);
      expect(sha256(await readFile(down))).toBe(sha256(bytes));
    });

    it("syncs a folder up, changes included, copies it within the store, and syncs it down", async () => {
      const source = path.join(folder, "source");
      const names = ["a.txt", "b/c.txt", "b/d e.txt", "b/ü/f.txt", ...Array.from({ length: 12 }, (_, i) => `many/${i}.txt`)].sort();
      for (const name of names) await fileOf(`source/${name}`, `${name}, first`);
      await client.syncUp(source, "sync");
      const under = (prefix: string) => names.map((name) => `${prefix}/${name}`);
      expect(await client.list("sync")).toEqual(under("sync"));

      await rm(path.join(source, "b/c.txt"));
      names.splice(names.indexOf("b/c.txt"), 1);
      await fileOf("source/a.txt", "a.txt, changed");
      await client.syncUp(source, "sync");
      expect(await client.list("sync")).toEqual(under("sync"));
      expect((await readObject(store, bucket, "sync/a.txt", 1000)).toString()).toBe("a.txt, changed");

      await client.copyTree("sync", "copied");
      expect(await client.list("copied")).toEqual(under("copied"));
      const target = path.join(folder, "target");
      await mkdir(target);
      await client.syncDown("copied", target);
      const found = (await readdir(target, { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
      expect(found.map((one) => path.relative(target, path.join(one.parentPath, one.name))).sort()).toEqual(names);
      expect(await readFile(path.join(target, "a.txt"), "utf8")).toBe("a.txt, changed");
    });

    it("reads a range", async (test) => {
      await store.put(bucket, "ranged", "0123456789");
      if (!client.range) return test.skip();
      expect((await client.range("ranged", 2, 5)).toString()).toBe("2345");
    });

    it("sends and reads metadata", async (test) => {
      if (!client.putWithMetadata) return test.skip();
      await client.putWithMetadata(await fileOf("meta.txt", "x"), "meta.txt", { colour: "dark red", n: "1" });
      const head = await fetch(await store.presignGet(bucket, "meta.txt", { expiresInSeconds: 60 }));
      expect([head.headers.get("x-amz-meta-colour"), head.headers.get("x-amz-meta-n")]).toEqual(["dark red", "1"]);
      if (client.metadata) expect(await client.metadata("meta.txt")).toEqual({ colour: "dark red", n: "1" });
    });

    it("presigns addresses to read and to write", async (test) => {
      const key = "pre signed/é+.txt";
      await store.put(bucket, key, "hello");
      if (!client.presignGet) return test.skip();
      expect(await (await fetch(await client.presignGet(key))).text()).toBe("hello");
      if (!client.presignPut) return;
      expect((await fetch(await client.presignPut(key), { method: "PUT", body: "changed" })).status).toBe(200);
      expect((await readObject(store, bucket, key, 1000)).toString()).toBe("changed");
    });
  });
});

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
