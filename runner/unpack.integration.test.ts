import { buffer, text } from "node:stream/consumers";
import { createGzip, gzipSync } from "node:zlib";
import { pack, type Header } from "tar-stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createJob } from "#lib/data/create-job";
import { maxUnpackedBytes, type UnpackFinding } from "#lib/domain/archive";
import { artifactsBucket, unpackFindingsKey } from "#storage/keys";
import { createTestDatabase, type TestDatabase } from "../bin/testing/database";
import { Program } from "../bin/testing/program";
import { testStore } from "../bin/testing/store";
import { zipOf } from "./testing/archives";
import { Scene } from "./testing/scene";

let database: TestDatabase;
let scene: Scene<Program>;
let runner: Program;

beforeAll(async () => {
  database = await createTestDatabase();
  scene = await Scene.open({ databaseUrl: database.url, storeEnvironment: testStore(), spawn: (args, options) => new Program(args, options) });
  runner = await scene.startRunner();
});
afterAll(async () => {
  await scene.close();
  await database.drop();
});

const start = async (bucket: string, key: string, change: { etag?: string; prefix?: string } = {}) => {
  const { etag } = (await scene.store.head(bucket, key))!;
  const params = { bucket, key, etag, targetBucket: bucket, prefix: "out/", ...change };
  const { jobId } = await createJob(scene.db, { workspaceId: scene.workspaceId, kind: "unpack-archive", name: key, params, datasetVersionId: null, createdById: scene.userId });
  await scene.queue.sendJob(jobId);
  return jobId;
};
const unpack = async (archive: Buffer, key = "archive") => {
  const bucket = await scene.newBucket({ [key]: archive });
  const jobId = await start(bucket, key);
  return { bucket, jobId, job: await scene.job(jobId), findings: await findingsOf(jobId), files: await filesOf(bucket) };
};
const findingsOf = async (jobId: string): Promise<UnpackFinding[]> => {
  const key = unpackFindingsKey(scene.workspaceId, jobId);
  if (!(await scene.store.head(artifactsBucket, key))) return [];
  const lines = await text((await scene.store.get(artifactsBucket, key)).body);
  return lines.trim().split("\n").map((line) => JSON.parse(line) as UnpackFinding);
};
const filesOf = async (bucket: string) => {
  const files: Record<string, number> = {};
  for await (const { key, sizeBytes } of scene.store.list(bucket, { prefix: "out/" })) files[key.slice(4)] = sizeBytes;
  return files;
};
const codes = (findings: readonly UnpackFinding[]) => findings.map(({ name, code }) => [name, code]);
const tarOf = (entries: readonly (Partial<Header> & { name: string; bytes?: string })[]) => {
  const tar = pack();
  for (const { bytes = "", ...header } of entries) tar.entry(header, bytes);
  tar.finalize();
  return buffer(tar);
};
const noise = (sizeBytes: number) => {
  const bytes = Buffer.alloc(sizeBytes);
  for (let i = 0, state = 1; i < sizeBytes; i++) bytes[i] = (state = Math.imul(state, 1_103_515_245) + 12_345) >>> 16;
  return bytes;
};

describe("a zip", () => {
  it("becomes objects with their types; each thing that is no plain file inside it is told with its reason", async () => {
    const { job, findings, files, bucket } = await unpack(
      zipOf([
        { name: "cat/", bytes: "", mode: 0o040755 },
        { name: "cat/1.jpg", bytes: "first" },
        { name: "./cat/2.jpg", bytes: "" },
        { name: "../../escape.jpg", bytes: "x" },
        { name: "/etc/passwd", bytes: "x" },
        { name: "C:/x.jpg", bytes: "x" },
        { name: "a\\b.jpg", bytes: "x" },
        { name: "link.jpg", bytes: "/etc/passwd", mode: 0o120777 },
        { name: "secret.jpg", bytes: "x", encrypted: true },
        { name: "lzma.jpg", bytes: "x", method: 14 },
        { name: "torn.jpg", bytes: "torn", crc: 1 },
        { name: "longer.jpg", bytes: "0123456789", sizeBytes: 3 },
        { name: "cat/1.jpg", bytes: "second" },
        { name: "caf\u00e9.jpg", bytes: "1" },
        { name: "cafe\u0301.jpg", bytes: "22" },
        { name: `${"n".repeat(1100)}.jpg`, bytes: "x" },
        { name: "__MACOSX/cat/._1.jpg", bytes: "x" },
        { name: "page.html", bytes: "<script>alert(1)</script>" },
        { name: "inner.zip", bytes: zipOf([{ name: "x", bytes: "x" }]) },
      ]),
    );
    expect(job).toMatchObject({ status: "succeeded", stopReason: "completed", result: { metrics: { files: 6, leftOut: 12, remarks: 2 } } });
    expect(Object.keys(files).sort()).toEqual(["cafe\u0301.jpg", "caf\u00e9.jpg", "cat/1.jpg", "cat/2.jpg", "inner.zip", "page.html"].sort());
    expect(await text((await scene.store.get(bucket, "out/cat/1.jpg")).body)).toBe("first");
    expect(await scene.store.head(bucket, "out/cat/1.jpg")).toMatchObject({ contentType: "image/jpeg" });
    expect(codes(findings)).toEqual([
      ["../../escape.jpg", "path_escape"],
      ["/etc/passwd", "absolute_path"],
      ["C:/x.jpg", "absolute_path"],
      ["a\\b.jpg", "backslash"],
      ["link.jpg", "link"],
      ["secret.jpg", "encrypted"],
      ["lzma.jpg", "unsupported"],
      ["torn.jpg", "damaged"],
      ["longer.jpg", "damaged"],
      ["cat/1.jpg", "duplicate"],
      ["caf\u00e9.jpg", "unicode_twin"],
      ["cafe\u0301.jpg", "unicode_twin"],
      ["n".repeat(1024), "name_too_long"],
      ["__MACOSX/cat/._1.jpg", "housekeeping"],
    ]);
    expect(findings.filter(({ taken }) => taken).map(({ code }) => code)).toEqual(["unicode_twin", "unicode_twin"]);
  });

  it("streams a long file, and makes no object of one that turns out to be damaged", async () => {
    const long = noise(20 * 1024 ** 2);
    const { job, findings, files } = await unpack(zipOf([{ name: "long.bin", bytes: long }, { name: "torn.bin", bytes: long, crc: 7 }, { name: "after.txt", bytes: "x" }]));
    expect(job).toMatchObject({ status: "succeeded" });
    expect(files).toEqual({ "long.bin": long.length, "after.txt": 1 });
    expect(codes(findings)).toEqual([["torn.bin", "damaged"]]);
  });

  it("reads the names that Chinese Windows writes", async () => {
    // "照片/1.jpg" in GB 18030
    const { files } = await unpack(zipOf([{ name: Buffer.from("d5d5c6ac2f312e6a7067", "hex"), bytes: "x" }]));
    expect(files).toEqual({ "照片/1.jpg": 1 });
  });

  it("that claims petabytes is refused before anything of it is written", async () => {
    const claims = { bytes: "x", sizeBytes: 0xffff_fff0 };
    const { job, files } = await unpack(zipOf([{ name: "a", ...claims }, { name: "b", ...claims }]));
    expect(job).toMatchObject({ status: "failed", error: { code: "archive_bomb", message: expect.stringContaining("8.0 GiB") } });
    expect(files).toEqual({});
  });
});

describe("a tar", () => {
  it("becomes objects; links, devices and escapes are told and never followed", async () => {
    const tar = await tarOf([
      { name: "./dog/", type: "directory" },
      { name: "./dog/1.jpg", bytes: "one" },
      { name: "etc", type: "symlink", linkname: "/etc" },
      { name: "etc/passwd", bytes: "root" },
      { name: "hard.jpg", type: "link", linkname: "/etc/shadow" },
      { name: "null", type: "character-device", devmajor: 1, devminor: 3 },
      { name: "pipe", type: "fifo" },
      { name: "../up.jpg", bytes: "x" },
    ]);
    for (const archive of [tar, gzipSync(tar)]) {
      const { job, findings, files } = await unpack(archive);
      expect(job).toMatchObject({ status: "succeeded" });
      // "etc" was no link for us, so the file below it is only a key.
      expect(files).toEqual({ "dog/1.jpg": 3, "etc/passwd": 4 });
      expect(codes(findings)).toEqual([["etc", "link"], ["hard.jpg", "link"], ["null", "device"], ["pipe", "device"], ["../up.jpg", "path_escape"]]);
    }
  });

  it("that is cut keeps what is whole and says where it ends", async () => {
    const tar = await tarOf([{ name: "1.txt", bytes: "one" }, { name: "2.txt", bytes: "x".repeat(5000) }]);
    const { job, files } = await unpack(tar.subarray(0, 3000));
    expect(job).toMatchObject({ status: "failed", error: { code: "archive_damaged", message: expect.stringMatching(/"2\.txt".*1 file had been unpacked/s) } });
    expect(files).toEqual({ "1.txt": 3 });
  });

  it("that is a bomb ends at its bound", async () => {
    const sizeBytes = maxUnpackedBytes(1) + 1024 ** 2;
    const tar = pack();
    const entry = tar.entry({ name: "zeros", size: sizeBytes });
    const zeros = Buffer.alloc(1024 ** 2);
    void (async () => {
      for (let sent = 0; sent < sizeBytes; sent += zeros.length) if (!entry.write(zeros)) await new Promise<void>((resolve) => entry.once("drain", () => resolve()));
      entry.end(Buffer.alloc(0));
      tar.finalize();
    })();
    const { job, files } = await unpack(await buffer(tar.pipe(createGzip())));
    expect(job).toMatchObject({ status: "failed", error: { code: "archive_bomb" } });
    expect(files).toEqual({});
  });
});

describe("an unpacking", () => {
  it.each([
    ["text", Buffer.from("this is no archive at all"), "archive_unknown"],
    ["a 7z", Buffer.from("377abcaf271c0004", "hex"), "archive_unknown"],
    ["a zip without its end", zipOf([{ name: "a", bytes: "x" }]).subarray(0, 40), "archive_damaged"],
    ["a gzip of no tar", gzipSync("hello"), "archive_damaged"],
  ])("of %s fails with a reason", async (_what, bytes, code) => {
    expect((await unpack(bytes)).job).toMatchObject({ status: "failed", error: { code, nextStep: expect.stringMatching(/\S/) } });
  });

  it("of an archive that was replaced meanwhile takes nothing", async () => {
    const bucket = await scene.newBucket({ "a.zip": zipOf([{ name: "a", bytes: "x" }]) });
    const job = await scene.job(await start(bucket, "a.zip", { etag: "0".repeat(32) }));
    expect(job).toMatchObject({ status: "failed", error: { code: "archive_changed" } });
  });

  it("goes on under another runner when its own is killed, to the same end", async () => {
    const entries = Array.from({ length: 3000 }, (_, i) => ({ name: `set/${i}.txt`, bytes: `number ${i} `.repeat(300) }));
    const bucket = await scene.newBucket({ "many.zip": zipOf(entries) });
    const jobId = await start(bucket, "many.zip");
    await scene.job(jobId, ({ progress }) => (progress as { phase?: string } | null)?.phase === "unpacking");
    await runner.end("SIGKILL");
    runner = await scene.startRunner();
    expect(await scene.job(jobId)).toMatchObject({ status: "succeeded", result: { metrics: { files: 3000, leftOut: 0 } } });
    const files = await filesOf(bucket);
    expect(Object.keys(files)).toHaveLength(3000);
    expect(await text((await scene.store.get(bucket, "out/set/2999.txt")).body)).toBe(entries[2999]!.bytes);
  });
});
