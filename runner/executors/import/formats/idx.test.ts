import { existsSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { MemoryStore } from "#storage/memory-store";
import { greyPng, readGreyPng } from "./grey-png";
import { readFiles, readStore, said } from "./testing/read";

const u32 = (...values: number[]) => Buffer.concat(values.map((value) => Buffer.from([value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255])));
const labels = (...values: number[]) => Buffer.concat([u32(0x801, values.length), Buffer.from(values)]);
const images = (count: number, side = 4) => Buffer.concat([u32(0x803, count, side, side), Buffer.from(Array.from({ length: count * side * side }, (_, i) => i & 255))]);
/** The checksum at the end of gzip does not fit any more. */
const spoiled = (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -8), u32(1), bytes.subarray(-4)]);
const set = { "set/train-images-idx3-ubyte.gz": gzipSync(images(3)), "set/train-labels-idx1-ubyte.gz": gzipSync(labels(2, 0, 1)), "set/t10k-images.idx3-ubyte": images(1), "set/t10k-labels.idx1-ubyte": labels(1) };

describe("idx files", () => {
  it("become pictures with labels and sides", async () => {
    const read = await readFiles({ ...set, "set/labels.txt": "a\nb\nc" });
    expect(read.format).toBe("idx");
    expect(said(read)).toEqual({
      "set/pictures/train/0000/0000000.png": "c train", "set/pictures/train/0000/0000001.png": "a train", "set/pictures/train/0000/0000002.png": "b train",
      "set/pictures/test/0000/0000000.png": "b test",
    });
    const { body } = await read.store.get("bucket", "set/pictures/train/0000/0000001.png");
    const { data, info } = await sharp(Buffer.concat(await body.toArray())).raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 4, height: 4 });
    expect([...data].filter((_, i) => i % info.channels === 0)).toEqual(Array.from({ length: 16 }, (_, i) => 16 + i));
  });

  it("are read again without writing what is there, and what was spoiled is put right", async () => {
    const { store, items } = await readFiles(set);
    await store.put("bucket", "set/pictures/train/0000/0000001.png", "spoiled");
    await store.put("bucket", "set/pictures/train/0000/0000009.png", "one too many");
    const puts: string[] = [];
    const put = store.put.bind(store);
    store.put = (bucket, key, ...rest) => (puts.push(key), put(bucket, key, ...rest));
    const again = await readStore(store);
    expect(puts).toEqual(["set/pictures/train/0000/0000001.png"]);
    expect(again.items).toEqual(items);
    expect(again.rejections).toMatchObject([{ key: "set/pictures/train/0000/0000009.png", code: "not_named" }]);
  });

  it.each([
    ["of another magic number", images(3), Buffer.concat([u32(0x802, 3), Buffer.alloc(3)]), "labels", "unreadable", "it begins with 0x00000802"],
    ["cut off in the header", images(3).subarray(0, 9), labels(0, 1, 2), "images", "unreadable", "within its header"],
    ["with fewer labels than it says", images(3), labels(0, 1, 2).subarray(0, 10), "labels", "truncated", "announces 3 items and ends after 2"],
    ["with fewer pictures than it says", images(3).subarray(0, 50), labels(0, 1, 2), "images", "truncated", "announces 3 items and ends after 2"],
    ["with more than it says", Buffer.concat([images(3), Buffer.alloc(5)]), labels(0, 1, 2), "images", "truncated", "more in it than it announces"],
    ["of another count", images(3), labels(0, 1), "images", "contradicting_rows", "3 pictures"],
    ["packed wrongly", spoiled(gzipSync(images(3))), labels(0, 1, 2), "images", "unreadable", "packed wrongly"],
    ["that announces more than anybody has", Buffer.concat([u32(0x803, 0xffff_ffff, 28, 28)]), labels(0), "images", "unreadable", "2000000 can be read"],
    ["of huge pictures", Buffer.concat([u32(0x803, 1, 60_000, 60_000)]), labels(0), "images", "unreadable", "up to 2048"],
    ["that is a bomb", gzipSync(Buffer.concat([images(3), Buffer.alloc(64 * 1024 ** 2)])), labels(0, 1, 2), "images", "truncated", "more in it than it announces"],
  ])("%s are listed with the reason", async (_, pictures, of, which, code, reason) => {
    const read = await readFiles({ "set/train-images-idx3-ubyte": pictures, "set/train-labels-idx1-ubyte": of });
    expect(read.rejections).toMatchObject([{ key: `set/train-${which}-idx${which === "images" ? 3 : 1}-ubyte`, code, reason: expect.stringContaining(reason) }]);
  });

  it("without their other half are listed", async () => {
    const read = await readFiles({ "set/train-images-idx3-ubyte": images(1), "set/stray.jpg": "x" });
    expect(said(read)).toEqual({ "set/train-images-idx3-ubyte !1": "no_label: there is no file of labels to it", "set/stray.jpg": "(not_named)" });
  });
});

describe("a grey PNG", () => {
  it("is what another decoder reads, whatever its size", async () => {
    for (const [width, height] of [[1, 1], [28, 28], [3, 700]] as const) {
      const pixels = Uint8Array.from({ length: width * height }, (_, i) => (i * 31) & 255);
      const { data, info } = await sharp(greyPng(pixels, width, height)).toColourspace("b-w").raw().toBuffer({ resolveWithObject: true });
      expect(info).toMatchObject({ width, height, channels: 1 });
      expect(Buffer.compare(data, pixels)).toBe(0);
      expect(readGreyPng(greyPng(pixels, width, height), 10_000)).toEqual({ width, height, pixels });
    }
  });

  it("of another writer, with filters of every kind, is read as another decoder reads it", async () => {
    const pixels = Uint8Array.from({ length: 64 * 48 }, (_, i) => ((i % 64) * 3 + (i >> 6) * (i % 7)) & 255);
    const png = await sharp(pixels, { raw: { width: 64, height: 48, channels: 1 } }).toColourspace("b-w").png({ adaptiveFiltering: true }).toBuffer();
    expect(readGreyPng(png, 10_000)).toEqual({ width: 64, height: 48, pixels });
    expect(readGreyPng(png, 64 * 48 - 1)).toBeNull();
    expect(readGreyPng(png.subarray(0, 60), 10_000)).toBeNull();
    expect(readGreyPng(await sharp(png).toColourspace("srgb").png().toBuffer(), 10_000)).toBeNull();
    expect(readGreyPng(Buffer.from("no picture"), 10_000)).toBeNull();
  });
});

const debian = "/usr/share/datasets/fashion-mnist";

describe.skipIf(!existsSync(debian))("Debian's Fashion-MNIST", () => {
  it("is named by its ten labels, 6,000 and 1,000 of each", async () => {
    const names = ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"];
    const store = new MemoryStore();
    await store.createBucket("bucket");
    for (const name of names) await store.put("bucket", `set/${name}`, readFileSync(`${debian}/${name}`));
    const { items, rejections } = await readStore(store);
    expect(rejections).toEqual([]);
    const counts = new Map<string, number>();
    for (const { label, split } of items) counts.set(`${label} ${split}`, (counts.get(`${label} ${split}`) ?? 0) + 1);
    // https://github.com/zalandoresearch/fashion-mnist: balanced
    expect([...counts.values()].sort()).toEqual([...Array(10).fill(1000), ...Array(10).fill(6000)]);
    expect(items.find(({ key }) => key === "set/pictures/train/0000/0000000.png")?.label).toBe("Ankle boot");
  }, 120_000);
});
