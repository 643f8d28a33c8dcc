import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ListedObject, ObjectStore } from "./object-store";
import { readObject } from "./read-object";

/** Keys that a path, an URL or an XML document would break. */
export const hostileKeys = [
  "../../etc/passwd", "a/../b", "./here", "//double//slash", "trailing/", "/leading", "a b+c%20d", "über/寿司/🍣.jpg", "quote\"'<&>.txt",
  "tab\there", "line\nbreak", "return\r", "bell\u0007", "?query=1&x#hash", "%", "~!@$^*()_={}[]|\\:;,", " ", ".", "..", "con.", "é", "e\u0301",
];

/**
 * What every ObjectStore must do (house rule 10).
 * @param open gives an empty store; `close` ends it
 */
export function objectStoreContract(name: string, open: () => Promise<{ store: ObjectStore; close(): Promise<void> }>): void {
  describe(`${name} as an ObjectStore`, () => {
    let store: ObjectStore;
    let close: () => Promise<void>;
    const bucket = "contract";
    beforeAll(async () => {
      ({ store, close } = await open());
      await store.createBucket(bucket);
    });
    afterAll(() => close());

    const read = async (key: string) => (await readObject(store, bucket, key, 10_000_000)).toString();
    const listed = async (options: { prefix?: string; startAfter?: string } = {}) => {
      const all: ListedObject[] = [];
      for await (const one of store.list(bucket, options)) all.push(one);
      return all.map((one) => one.key);
    };
    const failsWith = (code: string) => expect.objectContaining({ name: "LatheError", code, nextStep: expect.stringMatching(/\S/) });

    it("creates, lists and deletes buckets", async () => {
      expect(await store.bucketExists("second-one")).toBe(false);
      await store.createBucket("second-one");
      expect(await store.bucketExists("second-one")).toBe(true);
      expect((await store.listBuckets()).map((b) => b.bucket)).toEqual([bucket, "second-one"]);
      expect(Math.abs((await store.listBuckets())[1]!.createdAtMs - Date.now())).toBeLessThan(60_000);
      await store.deleteBucket("second-one");
      expect(await store.bucketExists("second-one")).toBe(false);
    });

    it("refuses a bucket that is there, one with capitals, and deleting one that is not empty or not there", async () => {
      await expect(store.createBucket(bucket)).rejects.toEqual(failsWith("bucket_exists"));
      await expect(store.createBucket("My-Bucket")).rejects.toEqual(failsWith("invalid_bucket_name"));
      await store.put(bucket, "stays", "x");
      await expect(store.deleteBucket(bucket)).rejects.toEqual(failsWith("bucket_not_empty"));
      await expect(store.deleteBucket("never-made")).rejects.toEqual(failsWith("bucket_not_found"));
    });

    it("gives back bytes, size, ETag, type and metadata", async () => {
      const bytes = Buffer.from("hello, 世界");
      const { etag } = await store.put(bucket, "a/b.txt", bytes, { contentType: "text/plain", metadata: { Made: "by hand" } });
      expect(etag).toBe(createHash("md5").update(bytes).digest("hex"));
      const { body, ...info } = await store.get(bucket, "a/b.txt");
      expect(Buffer.concat(await body.toArray()).equals(bytes)).toBe(true);
      const expected = { key: "a/b.txt", sizeBytes: bytes.length, etag, contentType: "text/plain", metadata: { made: "by hand" } };
      expect(info).toMatchObject({ ...expected, contentBytes: bytes.length });
      expect(await store.head(bucket, "a/b.txt")).toMatchObject(expected);
      expect(Math.abs(info.modifiedAtMs - Date.now())).toBeLessThan(60_000);
    });

    it("holds empty objects", async () => {
      await store.put(bucket, "empty", "");
      expect(await store.head(bucket, "empty")).toMatchObject({ sizeBytes: 0, etag: "d41d8cd98f00b204e9800998ecf8427e" });
      expect(await read("empty")).toBe("");
    });

    it("replaces an object whole", async () => {
      await store.put(bucket, "replaced", "a longer text", { metadata: { old: "1" } });
      await store.put(bucket, "replaced", "short");
      expect(await read("replaced")).toBe("short");
      expect((await store.head(bucket, "replaced"))?.metadata).toEqual({});
    });

    it("takes streams with and without a known size", async () => {
      await store.put(bucket, "stream", Readable.from([Buffer.from("ab"), Buffer.from("cd")]), { sizeBytes: 4 });
      expect(await read("stream")).toBe("abcd");
      await store.put(bucket, "stream", Readable.from([Buffer.from("of unknown"), Buffer.from(" size")]));
      expect(await read("stream")).toBe("of unknown size");
    });

    it("keeps what was there when a stream fails", async () => {
      await store.put(bucket, "half", "whole");
      async function* broken() {
        yield Buffer.from("ha");
        throw new Error("the disk of the sender failed");
      }
      await expect(store.put(bucket, "half", Readable.from(broken()), { sizeBytes: 4 })).rejects.toThrow();
      expect(await read("half")).toBe("whole");
    });

    it("reads ranges, both ends included", async () => {
      await store.put(bucket, "range", "0123456789");
      const range = async (first: number, last?: number) => {
        const { body, contentBytes, sizeBytes } = await store.get(bucket, "range", { range: { first, last } });
        return [Buffer.concat(await body.toArray()).toString(), contentBytes, sizeBytes];
      };
      expect(await range(2, 4)).toEqual(["234", 3, 10]);
      expect(await range(7)).toEqual(["789", 3, 10]);
      expect(await range(8, 100)).toEqual(["89", 2, 10]);
      await expect(range(10)).rejects.toEqual(failsWith("invalid_range"));
    });

    it("says what is missing", async () => {
      await expect(store.get(bucket, "none")).rejects.toEqual(failsWith("object_not_found"));
      await expect(store.get("never-made", "none")).rejects.toEqual(failsWith("bucket_not_found"));
      await expect(store.put("never-made", "none", "x")).rejects.toEqual(failsWith("bucket_not_found"));
      await expect(store.listPage("never-made")).rejects.toEqual(failsWith("bucket_not_found"));
      expect(await store.head(bucket, "none")).toBeNull();
      expect(await store.head("never-made", "none")).toBeNull();
    });

    it("writes only if absent, or only if unchanged", async () => {
      const { etag } = await store.put(bucket, "once", "1", { only: "absent" });
      await expect(store.put(bucket, "once", "2", { only: "absent" })).rejects.toEqual(failsWith("precondition_failed"));
      await store.put(bucket, "once", "3", { only: { etag } });
      await expect(store.put(bucket, "once", "4", { only: { etag } })).rejects.toEqual(failsWith("precondition_failed"));
      await expect(store.put(bucket, "gone", "5", { only: { etag } })).rejects.toEqual(failsWith("precondition_failed"));
      expect(await read("once")).toBe("3");
    });

    it("lets one of many writers win who all want to be the first", async () => {
      const outcomes = await Promise.allSettled(Array.from({ length: 12 }, (_, i) => store.put(bucket, "race", `writer ${i}`, { only: "absent" })));
      const winners = outcomes.flatMap((o, i) => (o.status === "fulfilled" ? [i] : []));
      expect(winners).toHaveLength(1);
      expect(await read("race")).toBe(`writer ${winners[0]}`);
    });

    it("copies content, type and metadata", async () => {
      await store.put(bucket, "from here/ä", "content", { contentType: "image/png", metadata: { a: "b" } });
      await store.copy({ bucket, key: "from here/ä" }, { bucket, key: "to" });
      await store.delete(bucket, "from here/ä");
      expect(await read("to")).toBe("content");
      expect(await store.head(bucket, "to")).toMatchObject({ contentType: "image/png", metadata: { a: "b" } });
      await expect(store.copy({ bucket, key: "none" }, { bucket, key: "to" })).rejects.toEqual(failsWith("object_not_found"));
    });

    it("deletes, also what is not there", async () => {
      await store.put(bucket, "doomed", "x");
      await store.delete(bucket, "doomed");
      await store.delete(bucket, "doomed");
      expect(await store.head(bucket, "doomed")).toBeNull();
    });

    it("keeps any key apart from every other", async () => {
      for (const key of hostileKeys) await store.put(bucket, `odd/${key}`, key);
      for (const key of hostileKeys) expect(await read(`odd/${key}`)).toBe(key);
      expect(new Set(await listed({ prefix: "odd/" }))).toEqual(new Set(hostileKeys.map((key) => `odd/${key}`)));
      expect(await store.deleteMany(bucket, hostileKeys.map((key) => `odd/${key}`))).toEqual([]);
      expect(await listed({ prefix: "odd/" })).toEqual([]);
    });

    it("lists by UTF-8 bytes, from a key on", async () => {
      // U+FF5E is EF BD 9E and U+1F363 is F0 9F 8D A3, though UTF-16 has the second before the first.
      const keys = ["order/", "order/Z", "order/a", "order/a/b", "order/ä", "order/～", "order/🍣"];
      for (const key of [...keys].reverse()) await store.put(bucket, key, "");
      expect(await listed({ prefix: "order/" })).toEqual(keys);
      expect(await listed({ prefix: "order/", startAfter: "order/a/b" })).toEqual(keys.slice(4));
    });

    it("pages through keys and folders without losing or repeating any", async () => {
      for (let i = 0; i < 25; i++) await store.put(bucket, `page/${i % 5}/${String(i).padStart(2, "0")}`, "x");
      await store.put(bucket, "page/top", "x");
      const pages = async (delimiter: string | undefined, limit: number) => {
        const keys: string[] = [];
        const prefixes: string[] = [];
        let count = 0;
        let cursor: string | null | undefined;
        do {
          const page = await store.listPage(bucket, { prefix: "page/", delimiter, limit, cursor: cursor ?? undefined });
          expect(page.objects.length + page.prefixes.length).toBeLessThanOrEqual(limit);
          keys.push(...page.objects.map((o) => o.key));
          prefixes.push(...page.prefixes);
          cursor = page.nextCursor;
          count++;
        } while (cursor);
        return { keys, prefixes, count };
      };
      const folders = ["page/0/", "page/1/", "page/2/", "page/3/", "page/4/"];
      expect(await pages("/", 1000)).toEqual({ keys: ["page/top"], prefixes: folders, count: 1 });
      expect(await pages("/", 2)).toEqual({ keys: ["page/top"], prefixes: folders, count: 3 });
      const flat = await pages(undefined, 10);
      expect(flat).toMatchObject({ prefixes: [], count: 3 });
      expect(flat.keys).toEqual(await listed({ prefix: "page/" }));
      expect(flat.keys).toHaveLength(26);
    });

    it("deletes more than one request holds", async () => {
      const keys = Array.from({ length: 1100 }, (_, i) => `many/${i}`);
      await Promise.all(Array.from({ length: 8 }, async (_, w) => {
        for (let i = w; i < keys.length; i += 8) await store.put(bucket, keys[i]!, "");
      }));
      expect(await listed({ prefix: "many/" })).toHaveLength(1100);
      expect(await store.deleteMany(bucket, keys)).toEqual([]);
      expect(await listed({ prefix: "many/" })).toEqual([]);
    });

    it("refuses a key longer than 1024 bytes", async () => {
      await store.put(bucket, "k".repeat(1024), "x");
      await expect(store.put(bucket, "é".repeat(513), "x")).rejects.toEqual(failsWith("invalid_key"));
    });

    it("presigns", async () => {
      expect(await store.presignGet(bucket, "to", { expiresInSeconds: 60 })).toMatch(/^\w+:\/\//);
      const { headers } = await store.presignPut(bucket, "new", { expiresInSeconds: 60, contentType: "image/png" });
      expect(headers).toEqual({ "content-type": "image/png" });
    });
  });
}
