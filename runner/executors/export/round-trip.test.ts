import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { MemoryStore } from "#storage/memory-store";
import { greyPng } from "../import/formats/grey-png";
import { exportMarker } from "../import/formats/marker";
import { readStore, said } from "../import/formats/testing/read";
import type { ExportSample } from "./layout";
import { writeExport, type ExportRequest } from "./write-export";

type Given = Pick<ExportSample, "key" | "label" | "split"> & Partial<Pick<ExportSample, "boxes">>;

const box = (label: string, left = 0.1, top = 0.25, right = 0.5, bottom = 0.75) => ({ label, left, top, right, bottom });

const plain: Given[] = [
  { key: "set/cat/1.jpg", label: "cat", split: "train" },
  { key: "set/cat/deep/1.jpg", label: "cat", split: "test" },
  { key: "set/dog/1.jpg", label: "dog", split: "validation" },
  { key: "set/dog/名 字.png", label: "dog", split: "train" },
  { key: "set/x/3.webp", label: 'say "hi", <script>; you', split: "train" },
  { key: "set/x/4.jpg", label: null, split: null },
];
const boxed: Given[] = [
  { key: "set/a.jpg", label: "cat", split: "train", boxes: [box("cat"), box("cat", 0, 0, 1, 1)] },
  { key: "set/b.jpg", label: null, split: null, boxes: [box("cat"), box("a <b> & 'c'", 1 / 3, 0.2, 2 / 3, 0.9)] },
  { key: "set/c.jpg", label: "own", split: "validation", boxes: [box("dog")] },
  { key: "set/d.jpg", label: "dog", split: "test", boxes: [box("dog", 0.001, 0.002, 0.9, 0.95)] },
];

async function scene(given: readonly Given[]) {
  const store = new MemoryStore();
  await store.createBucket("bucket");
  await store.createBucket("other");
  const samples: ExportSample[] = [];
  for (const [index, one] of [...given].sort((a, b) => (a.key < b.key ? -1 : 1)).entries()) {
    const bytes = Buffer.from(`bytes of ${one.key}`);
    const { etag } = await store.put("bucket", one.key, bytes);
    samples.push({ boxes: [], ...one, index, etag, sizeBytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex"), width: 640, height: 480 });
  }
  const logs: string[] = [];
  const write = (request: Pick<ExportRequest, "format"> & Partial<ExportRequest>, held: () => Promise<void> = async () => {}) =>
    writeExport(
      { dataset: "pets", version: 3, digest: "d1", sourceBucket: "bucket", sourcePrefix: "set/", bucket: "bucket", prefix: "out/", ...request },
      {
        store, signal: new AbortController().signal, log: (_, text) => void logs.push(text), progress() {}, requireHeld: held,
        async *samples() {
          yield* samples;
        },
      },
    );
  return { store, samples, write, logs };
}

/** What a sample is to a person, whatever it is called. */
const bytesOf = async (store: MemoryStore, key: string) => Buffer.concat((await (await store.get("bucket", key)).body.toArray()) as Buffer[]).toString();
async function found(store: MemoryStore, prefix = "out/") {
  const read = await readStore(store, { prefix });
  const items = await Promise.all(read.items.map(async ({ key, label, split, boxes }) => [await bytesOf(store, key), { label, split, boxes }] as const));
  return { read, items: Object.fromEntries(items) };
}
const expected = (samples: readonly ExportSample[], pick: (sample: ExportSample) => object) => Object.fromEntries(samples.map((sample) => [`bytes of ${sample.key}`, pick(sample)]));
const close = (boxes: ExportSample["boxes"]) =>
  boxes.map(({ label, ...corners }) => ({ label, ...Object.fromEntries(Object.entries(corners).map(([name, value]) => [name, expect.closeTo(value, 5)])) }));

describe("an export, read again, is the same", () => {
  it.each(["csv", "modelarts", "coco"] as const)("as %s: labels and splits", async (format) => {
    const { store, samples, write } = await scene(plain);
    await write({ format });
    const { read, items } = await found(store);
    expect(read.format).toBe(format);
    expect(items).toEqual(expected(samples, ({ label, split }) => ({ label, split, boxes: [] })));
    expect(read.rejections).toEqual([]);
  });

  it("as split-folders: labels and splits", async () => {
    const { store, samples, write } = await scene(plain.filter(({ label }) => !label?.includes("/")));
    await write({ format: "split-folders" });
    const { read, items } = await found(store);
    expect(read.format).toBe("split-folders");
    expect(items).toEqual(expected(samples, ({ label, split }) => ({ label, split, boxes: [] })));
  });

  it.each(["folders", "text-pairs"] as const)("as %s: labels; it says that splits are lost", async (format) => {
    const { store, samples, write, logs } = await scene(plain);
    await write({ format });
    const { read, items } = await found(store);
    expect(read.format).toBe(format);
    expect(items).toEqual(expected(samples, ({ label }) => ({ label, split: null, boxes: [] })));
    expect(logs.join("\n")).toContain("split");
  });

  it.each(["modelarts", "coco"] as const)("as %s: boxes, and labels that the boxes don't have", async (format) => {
    const { store, samples, write } = await scene(boxed);
    await write({ format });
    const { read, items } = await found(store);
    expect(read.format).toBe(format);
    expect(items).toEqual(expected(samples, ({ label, split, boxes }) => ({ label, split, boxes: close(boxes) })));
    expect(read.rejections).toEqual([]);
  });

  it("as yolo: boxes and splits", async () => {
    const { store, samples, write } = await scene(boxed);
    await write({ format: "yolo" });
    const { read, items } = await found(store);
    expect(read.format).toBe("yolo");
    expect(items).toEqual(expected(samples, ({ label, split, boxes }) => ({ label: label === "own" ? "dog" : label, split, boxes: close(boxes) })));
    expect(read.rejections).toEqual([]);
  });

  it("as idx: labels, splits and pixels of grey pictures", async () => {
    const given = plain.map(({ key, ...rest }, i) => ({ ...rest, key: key.replace(/\.\w+$/, ".png"), pixels: Uint8Array.from({ length: 12 }, (_, at) => 20 * i + at) }));
    const { store, samples, write, logs } = await scene(given);
    for (const sample of samples) {
      const bytes = greyPng(given.find(({ key }) => key === sample.key)!.pixels, 4, 3);
      const { etag } = await store.put("bucket", sample.key, bytes);
      Object.assign(sample, { etag, width: 4, height: 3, sizeBytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") });
    }
    await write({ format: "idx" });
    const read = await readStore(store, { prefix: "out/" });
    expect(read.rejections).toEqual([]);
    const back = await Promise.all(read.items.map(async ({ key, label, split }) => ({ label, split, bytes: (await bytesOf(store, key)) })));
    const sorted = (all: object[]) => all.map((one) => JSON.stringify(one)).sort();
    const labelled = samples.filter(({ label }) => label !== null);
    expect(sorted(back)).toEqual(sorted(await Promise.all(labelled.map(async ({ key, label, split }) => ({ label, split, bytes: await bytesOf(store, key) })))));
    expect(logs.join("\n")).toContain("1 pictures without a label");
    samples[0]!.width = 5;
    await expect(write({ format: "idx", prefix: "sizes/" })).rejects.toMatchObject({ code: "export_sizes_differ" });
    await expect((await scene(plain)).write({ format: "idx" })).rejects.toMatchObject({ code: "export_pictures_not_grey", message: expect.stringContaining("set/") });
  });

  it.each(["csv", "modelarts"] as const)("as %s in another bucket, with the pictures", async (format) => {
    const { store, samples, write } = await scene(plain);
    await write({ format, bucket: "other" });
    for (const sample of samples) expect((await store.head("other", `out/pictures/${sample.key.slice(4)}`))?.sizeBytes).toBe(sample.sizeBytes);
    await write({ format });
    for (const sample of samples) expect(await store.head("bucket", `out/pictures/${sample.key.slice(4)}`)).toBeNull();
  });

  it("in folders keeps names where all have their label's folder, and never gives two the same", async () => {
    const { store, write } = await scene(plain.slice(0, 3));
    await write({ format: "split-folders" });
    expect(said((await found(store)).read)).toEqual({ "out/train/cat/1.jpg": "cat train", "out/test/cat/deep/1.jpg": "cat test", "out/val/dog/1.jpg": "dog validation" });
    const mixed = await scene([{ key: "set/cat/1.jpg", label: "cat", split: "train" }, { key: "set/1.jpg", label: "cat", split: "train" }]);
    await mixed.write({ format: "folders" });
    expect(said((await found(mixed.store)).read)).toEqual({ "out/cat/1.jpg": "cat", "out/cat/cat/1.jpg": "cat" });
    const sides = await scene([{ key: "set/train/cat/1.jpg", label: "cat", split: "train" }, { key: "set/training/cat/1.jpg", label: "cat", split: "train" }]);
    await sides.write({ format: "split-folders" });
    expect(Object.keys((await found(sides.store)).items)).toHaveLength(2);
  });
});

describe("an export", () => {
  it("goes on where it was cut off, without copying again", async () => {
    const { store, write } = await scene(plain);
    await expect(write({ format: "text-pairs" }, async () => Promise.reject(new Error("lease lost")))).rejects.toThrow("lease lost");
    expect(JSON.parse(await bytesOf(store, `out/${exportMarker}`))).toMatchObject({ state: "writing" });
    await store.put("bucket", "out/0000001.jpg", "spoiled");
    expect(await write({ format: "text-pairs" })).toEqual({ samples: 6, copied: 1 });
    expect(JSON.parse(await bytesOf(store, `out/${exportMarker}`))).toEqual({ format: "text-pairs", dataset: "pets", version: 3, digest: "d1", state: "complete", samples: 6 });
  });

  it("touches nothing that is not its own", async () => {
    const { store, write } = await scene(plain);
    await expect(write({ format: "csv", prefix: "set/" })).rejects.toMatchObject({ code: "export_prefix_taken", message: expect.stringContaining("set/cat/1.jpg") });
    await write({ format: "csv" });
    await expect(write({ format: "coco" })).rejects.toMatchObject({ code: "export_prefix_taken", message: expect.stringContaining("pets@3 as csv") });
    await expect(write({ format: "csv", digest: "d2" })).rejects.toMatchObject({ code: "export_prefix_taken" });
    await store.put("bucket", `spoiled/${exportMarker}`, "{");
    await expect(write({ format: "csv", prefix: "spoiled/" })).rejects.toMatchObject({ code: "export_prefix_taken" });
  });

  it("stops at a picture that was replaced or is gone, by its name", async () => {
    const { store, write } = await scene(plain);
    await store.put("bucket", "set/dog/1.jpg", "bytes of set/dog/2.jpg");
    await expect(write({ format: "folders" })).rejects.toMatchObject({ code: "picture_changed", message: expect.stringContaining("set/dog/1.jpg") });
    await expect(write({ format: "csv", prefix: "table/" })).rejects.toMatchObject({ code: "picture_changed" });
    await store.delete("bucket", "set/dog/1.jpg");
    await expect(write({ format: "folders" })).rejects.toMatchObject({ code: "picture_missing" });
  });

  it("knows a picture by its bytes where its ETag was not kept", async () => {
    const { samples, write } = await scene(plain);
    for (const sample of samples) sample.etag = "";
    expect(await write({ format: "folders" })).toMatchObject({ copied: 6 });
    samples[2]!.sha256 = "0".repeat(64);
    await expect(write({ format: "folders", prefix: "again/" })).rejects.toMatchObject({ code: "picture_changed", message: expect.stringContaining(samples[2]!.key) });
  });

  it("refuses labels that are no folders, boxes that are not there, and keys that get too long", async () => {
    const slash = await scene([{ key: "set/1.jpg", label: "a/b", split: "train" }]);
    await expect(slash.write({ format: "folders" })).rejects.toMatchObject({ code: "export_label_not_a_folder", message: expect.stringContaining('"a/b"') });
    await expect(slash.write({ format: "yolo" })).rejects.toMatchObject({ code: "export_no_boxes" });
    const long = await scene([{ key: `set/${"n".repeat(40)}.jpg`, label: "a", split: "train" }]);
    await expect(long.write({ format: "coco", prefix: `${"p".repeat(1000)}/` })).rejects.toMatchObject({ code: "export_key_too_long" });
  });

  it("gives a picture without an ending the one that its bytes have", async () => {
    const { store, samples, write } = await scene([{ key: "set/no-ending", label: "cat", split: "train" }]);
    const { etag } = await store.put("bucket", "set/no-ending", Buffer.from("89504e470d0a1a0a", "hex"));
    Object.assign(samples[0]!, { etag, sizeBytes: 8 });
    await write({ format: "text-pairs" });
    expect(await store.head("bucket", "out/0000000.png")).not.toBeNull();
  });
});
