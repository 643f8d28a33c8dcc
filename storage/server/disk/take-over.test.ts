import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { crc32 } from "node:zlib";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readObject } from "../../read-object";
import { startTestStore } from "../../testing/test-store";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "lathe-take-over-"));
});
afterEach(() => rm(root, { recursive: true }));

/** A line as Lathe 0.1 wrote it. */
function line(batch: number, change: object): string {
  const text = `${batch} ${JSON.stringify(change)}`;
  return `${crc32(text).toString(16).padStart(8, "0")} ${text}\n`;
}

async function oldStore(changes: object[], end = ""): Promise<void> {
  await mkdir(path.join(root, "blobs/000001"), { recursive: true });
  for (const name of ["one", "two", "part", "orphan"]) await writeFile(path.join(root, "blobs/000001", name), `bytes of ${name}`);
  await writeFile(path.join(root, "index.log"), changes.map((change, i) => line(i + 1, change)).join("") + end);
}

const put = (key: string, file: string) => ({
  op: "put",
  bucket: "photos",
  key,
  entry: { headers: { "content-type": "text/plain" }, metadata: { by: "me" }, sizeBytes: 12, etag: "e", modifiedAtMs: 5, blobs: [{ id: `000001/${file}`, sizeBytes: 12 }] },
});
const part = { number: 1, etag: "0123456789abcdef0123456789abcdef", modifiedAtMs: 1, blob: { id: "000001/part", sizeBytes: 13 } };

it("keeps all that a store of the older version had, and sweeps what it would have swept", async () => {
  const upload = { id: "u1", key: "parts", startedAtMs: Date.now(), headers: {}, metadata: {} };
  await oldStore(
    [
      { op: "bucket", bucket: "photos", atMs: 1 },
      put("gone", "one"),
      put("a", "one"),
      put("a", "two"),
      { op: "delete", bucket: "photos", key: "gone" },
      { op: "cors", bucket: "photos", rules: [{ origins: ["*"], methods: ["GET"], headers: [], expose: [] }] },
      { op: "upload", bucket: "photos", upload },
      { op: "part", bucket: "photos", upload: "u1", part },
      { op: "complete", bucket: "photos", upload: "u1", key: "parts", entry: { ...put("", "part").entry, sizeBytes: 13, blobs: [part.blob] } },
    ],
    "0000 half a li",
  );
  for (let start = 0; start < 2; start++) {
    const server = await startTestStore({ root });
    const store = server.client();
    expect((await store.listPage("photos")).objects.map(({ key }) => key)).toEqual(["a", "parts"]);
    expect((await readObject(store, "photos", "a", 100)).toString()).toBe("bytes of two");
    expect((await readObject(store, "photos", "parts", 100)).toString()).toBe("bytes of part");
    expect(await store.head("photos", "a")).toMatchObject({ contentType: "text/plain" });
    store.close();
    await server.close();
  }
  expect((await readdir(path.join(root, "blobs/000001"))).sort()).toEqual(["part", "two"]);
  expect(await readdir(root)).toContain("index.log.taken-over");
});

it("refuses a damaged one and changes nothing", async () => {
  await oldStore([{ op: "bucket", bucket: "photos", atMs: 1 }], "00000000 2 {}\n" + line(3, put("a", "one")) + line(9, put("b", "two")));
  await expect(startTestStore({ root })).rejects.toThrow(/index\.log is damaged after byte \d+/);
  expect(await readdir(path.join(root, "blobs/000001"))).toHaveLength(4);
});
