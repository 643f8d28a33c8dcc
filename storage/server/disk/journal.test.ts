import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Change } from "../entries";
import { realFiles, type Files } from "./files";
import { Journal, type Position } from "./journal";
import { Reserve } from "./reserve";

let folder: string;
const opened: Journal[] = [];
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "lathe-journal-"));
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((journal) => journal.close()));
  await rm(folder, { recursive: true });
});

async function open({ files = realFiles, from = null as Position | null, segmentBytes = 1 << 26 } = {}) {
  const applied: Change[] = [];
  const lines: string[] = [];
  const broken: unknown[] = [];
  const journal = await Journal.open(
    {
      files,
      folder: path.join(folder, "segments"),
      segmentBytes,
      reserve: new Reserve(files, folder, (line) => lines.push(line)),
      apply: (changes) => Promise.resolve(changes.map((change) => (applied.push(change), []))),
      warn: (line) => lines.push(line),
      onBroken: (error) => broken.push(error),
    },
    from,
  );
  opened.push(journal);
  const put = (name: string) => journal.append({ op: "bucket", bucket: name, atMs: 1 });
  const close = async () => {
    opened.splice(opened.indexOf(journal), 1);
    await journal.close();
  };
  return { journal, lines, broken, put, close, names: () => applied.map(({ bucket }) => bucket) };
}

const segment = (name = "00000001") => path.join(folder, "segments", name);

/** Files whose syncs go through `sync`. */
function syncing(sync: (real: () => Promise<void>) => Promise<void>): Files {
  return {
    ...realFiles,
    async open(...args) {
      const handle = await realFiles.open(...args);
      const real = handle.datasync.bind(handle);
      handle.datasync = () => sync(real);
      return handle;
    },
  };
}

describe("the journal", () => {
  it("tells the next start what was done after a position", async () => {
    const first = await open();
    await first.put("a");
    const position = first.journal.position;
    await first.put("b");
    await first.close();
    const all = await open();
    expect(all.names()).toEqual(["a", "b"]);
    await all.close();
    const rest = await open({ from: position });
    expect(rest.names()).toEqual(["b"]);
    expect(rest.lines).toEqual([]);
  });

  it("syncs many changes at once, and each before it is acknowledged", async () => {
    let syncs = 0;
    const { put, names } = await open({ files: syncing((real) => (syncs++, real())) });
    await Promise.all(Array.from({ length: 100 }, (_, i) => put(`k${i}`)));
    expect(syncs).toBeGreaterThan(0);
    expect(syncs).toBeLessThan(5);
    expect(names()).toHaveLength(100);
  });

  it("keeps small bytes with the change that refers to them, and goes on in the next segment when one is long", async () => {
    const { journal } = await open({ segmentBytes: 3000 });
    const ids: string[] = [];
    for (let i = 0; i < 6; i++) {
      const blob = { id: "", sizeBytes: 1000 };
      await journal.append({ op: "bucket", bucket: `k${i}`, atMs: 1 }, { blob, bytes: Buffer.alloc(1000, i) });
      ids.push(blob.id);
    }
    expect(new Set(ids.map((id) => id.split("@")[0]))).toEqual(new Set(["00000001", "00000002"]));
    for (const [i, id] of ids.entries()) {
      const [name, offset] = id.split("@");
      expect((await readFile(segment(name))).subarray(Number(offset), Number(offset) + 1000).equals(Buffer.alloc(1000, i))).toBe(true);
    }
    opened.splice(0);
    await journal.close();
    expect((await open({ segmentBytes: 3000 })).names()).toEqual(["k0", "k1", "k2", "k3", "k4", "k5"]);
  });

  it("forgets at most the changes nobody was told of, wherever a crash cuts it", async () => {
    const first = await open();
    await first.put("told");
    const toldBytes = (await stat(segment())).size;
    await Promise.all(["x", "y", "z"].map((name) => first.put(name)));
    await first.close();
    const whole = await readFile(segment());
    for (let size = toldBytes; size < whole.length; size += 5) {
      await writeFile(segment(), whole.subarray(0, size));
      const again = await open();
      expect(["told", "x", "y", "z"].slice(0, again.names().length)).toEqual(again.names());
      await again.put("after");
      await again.close();
      const then = await open();
      expect(then.names()).toEqual([...again.names()]);
      expect(then.lines).toEqual([]);
      await then.close();
    }
  });

  it("takes zeros or rubbish at its end, as a crash may leave them", async () => {
    for (const rubbish of [Buffer.alloc(5000), Buffer.from("LATHESEG"), Buffer.from("half a record")]) {
      await rm(path.join(folder, "segments"), { recursive: true, force: true });
      const first = await open();
      await first.put("told");
      await first.close();
      await appendFile(segment(), rubbish);
      const again = await open();
      expect(again.names()).toEqual(["told"]);
      expect(again.lines).toEqual([`cut off ${rubbish.length} bytes of a change that a crash left half written`]);
      await again.close();
    }
  });

  it("takes a next segment whose first bytes a crash left unwritten", async () => {
    const first = await open();
    await first.put("told");
    await first.close();
    await writeFile(segment("00000002"), "LATH");
    const again = await open();
    await again.put("after");
    await again.close();
    expect((await open()).names()).toEqual(["told", "after"]);
  });

  it("refuses to start on damage that younger changes follow, instead of forgetting them", async () => {
    const first = await open();
    for (const name of ["aaaa", "b", "c"]) await first.put(name);
    await first.close();
    const bytes = await readFile(segment());
    bytes[bytes.indexOf("aaaa")] = "q".charCodeAt(0);
    await writeFile(segment(), bytes);
    await expect(open()).rejects.toThrow(/is damaged after byte \d+\. Put the store's folder back from a backup/);
    expect((await readFile(segment())).equals(bytes)).toBe(true);
  });

  it("refuses to start without a segment that it needs", async () => {
    const first = await open();
    await first.put("a");
    const position = first.journal.position;
    await first.close();
    await rm(segment());
    await expect(open({ from: position })).rejects.toThrow(/00000001 is missing/);
  });

  it("says no more than once that the disk failed, and takes nothing after", async () => {
    let failing = false;
    const files = syncing((real) => (failing ? Promise.reject(Object.assign(new Error("EIO: i/o error"), { code: "EIO" })) : real()));
    const { put, broken, names } = await open({ files });
    failing = true;
    await expect(put("a")).rejects.toThrow("EIO");
    failing = false;
    await expect(put("b")).rejects.toThrow("EIO");
    expect(broken).toHaveLength(1);
    expect(names()).toEqual([]);
  });
});
