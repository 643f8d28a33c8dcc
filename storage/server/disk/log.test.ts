import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Change, ObjectEntry } from "../entries";
import { Catalogue } from "./catalogue";
import { realFiles, type Files } from "./files";
import { Log } from "./log";

let folder: string;
const opened: Log[] = [];
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "lathe-log-"));
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((log) => log.close()));
  await rm(folder, { recursive: true });
});

function entry(etag: string): ObjectEntry {
  return { headers: {}, metadata: {}, sizeBytes: 1, etag, modifiedAtMs: 0, blobs: [{ id: `f/${etag}`, sizeBytes: 1 }] };
}

async function open(files: Files = realFiles) {
  const catalogue = new Catalogue();
  const lines: string[] = [];
  const broken: unknown[] = [];
  const log = await Log.open({
    files,
    folder,
    apply: (change) => catalogue.apply(change),
    live: () => ({ count: catalogue.liveChanges, changes: catalogue.changes() }),
    warn: (line) => lines.push(line),
    onBroken: (error) => broken.push(error),
  });
  opened.push(log);
  const keys = () => [...(catalogue.buckets.get("b")?.objects.keys() ?? [])];
  const put = (key: string, etag = "1") => log.append({ op: "put", bucket: "b", key, entry: entry(etag) });
  const close = async () => {
    opened.splice(opened.indexOf(log), 1);
    await log.close();
  };
  return { log, catalogue, lines, broken, keys, put, close };
}

const file = () => path.join(folder, "index.log");
const makeBucket: Change = { op: "bucket", bucket: "b", atMs: 1 };

describe("the log", () => {
  it("tells the next start what was done, and what it frees", async () => {
    const first = await open();
    await first.log.append(makeBucket);
    expect(await first.put("a", "old")).toEqual([]);
    expect(await first.put("a", "new")).toEqual(["f/old"]);
    await first.put("gone", "x");
    expect(await first.log.append({ op: "delete", bucket: "b", key: "gone" })).toEqual(["f/x"]);
    await first.close();
    const second = await open();
    expect(second.keys()).toEqual(["a"]);
    expect(second.catalogue.buckets.get("b")?.objects.get("a")).toEqual(entry("new"));
    expect(second.lines).toEqual([]);
  });

  it("syncs many changes at once, and each before it is acknowledged", async () => {
    let syncs = 0;
    const files: Files = {
      ...realFiles,
      async open(...args) {
        const handle = await realFiles.open(...args);
        const sync = handle.datasync.bind(handle);
        handle.datasync = async () => {
          syncs++;
          await sync();
        };
        return handle;
      },
    };
    const { log, put } = await open(files);
    await log.append(makeBucket);
    const before = syncs;
    await Promise.all(Array.from({ length: 100 }, (_, i) => put(`k${i}`)));
    expect(syncs - before).toBeLessThan(5);
    const text = await readFile(file(), "utf8");
    expect(text.split("\n").filter((one) => one.includes('"put"'))).toHaveLength(100);
  });

  it("forgets at most the changes nobody was told of, wherever a crash cuts it", async () => {
    const first = await open();
    await first.log.append(makeBucket);
    await first.put("told");
    const toldBytes = (await stat(file())).size;
    await Promise.all(["x", "y", "z"].map((key) => first.put(key)));
    await first.close();
    const whole = await readFile(file());
    for (let size = toldBytes; size < whole.length; size += 7) {
      await writeFile(file(), whole.subarray(0, size));
      const again = await open();
      expect(["x", "y", "z"].map((_, i, all) => ["told", ...all.slice(0, i)])).toContainEqual(again.keys().slice(0, 3));
      await again.put("after");
      await again.close();
      const then = await open();
      expect(then.keys()).toEqual([...again.keys()]);
      expect(then.lines).toEqual([]);
      await then.close();
    }
  });

  it("takes zeros or rubbish at its end, as a crash may leave them", async () => {
    for (const rubbish of [Buffer.alloc(5000), Buffer.from("00000000 7 {}\n"), Buffer.from("half a li")]) {
      const first = await open();
      await first.log.append(makeBucket);
      await first.put("told");
      await first.close();
      await appendFile(file(), rubbish);
      const again = await open();
      expect(again.keys()).toEqual(["told"]);
      expect(again.lines).toEqual([`cut off ${rubbish.length} bytes of a change that a crash left half written`]);
      await again.close();
    }
  });

  it("refuses to start on damage that younger changes follow, instead of forgetting them", async () => {
    const first = await open();
    await first.log.append(makeBucket);
    for (const key of ["a", "b", "c"]) await first.put(key);
    await first.close();
    const bytes = await readFile(file());
    const at = bytes.indexOf('"key":"a"');
    bytes[at + 7] = "q".charCodeAt(0);
    await writeFile(file(), bytes);
    await expect(open()).rejects.toThrow(/is damaged after byte \d+\. Put the folder back from a backup/);
    expect((await readFile(file())).equals(bytes)).toBe(true);
  });

  it("is rewritten when most of it is dead, and says the same afterwards", async () => {
    const first = await open();
    await first.log.append(makeBucket);
    await first.log.append({ op: "cors", bucket: "b", rules: [{ origins: ["*"], methods: ["GET"], headers: [], expose: [] }] });
    await first.log.append({ op: "upload", bucket: "b", upload: { headers: {}, metadata: {}, id: "u", key: "k", startedAtMs: 1 } });
    await first.log.append({ op: "part", bucket: "b", upload: "u", part: { number: 1, etag: "e", modifiedAtMs: 1, blob: { id: "f/p", sizeBytes: 1 } } });
    for (let round = 0; round < 11; round++) {
      await Promise.all(Array.from({ length: 2000 }, (_, i) => first.put(`k${i % 10}`, `${round}-${i}`)));
    }
    const state = [...first.catalogue.changes()];
    // Answered only after what was under way: the rewriting.
    await first.put("after");
    expect(await lineCount()).toBeLessThan(3000);
    await first.close();
    const second = await open();
    await second.log.append({ op: "delete", bucket: "b", key: "after" });
    expect([...second.catalogue.changes()]).toEqual(state);
  });

  async function lineCount(): Promise<number> {
    return (await readFile(file(), "utf8")).split("\n").length - 1;
  }

  it("says no more than once that the disk failed, and takes nothing after", async () => {
    let failing = false;
    const files: Files = {
      ...realFiles,
      async open(...args) {
        const handle = await realFiles.open(...args);
        const sync = handle.datasync.bind(handle);
        handle.datasync = () => (failing ? Promise.reject(Object.assign(new Error("EIO: i/o error"), { code: "EIO" })) : sync());
        return handle;
      },
    };
    const { log, put, broken, keys } = await open(files);
    await log.append(makeBucket);
    failing = true;
    await expect(put("a")).rejects.toThrow("EIO");
    failing = false;
    await expect(put("b")).rejects.toThrow("EIO");
    expect(broken).toHaveLength(1);
    expect(keys()).toEqual([]);
  });

  it("starts from an empty file as from none", async () => {
    await truncate(file()).catch(() => writeFile(file(), ""));
    expect((await open()).keys()).toEqual([]);
  });
});
