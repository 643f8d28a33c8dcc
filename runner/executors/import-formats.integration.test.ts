import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../bin/testing/database";
import { Program } from "../../bin/testing/program";
import { testStore } from "../../bin/testing/store";
import { colorPicture, redAndBlue, Scene } from "../testing/scene";

let database: TestDatabase;
let scene: Scene<Program>;
let pictures: Record<string, Buffer>;

beforeAll(async () => {
  database = await createTestDatabase();
  scene = await Scene.open({ databaseUrl: database.url, storeEnvironment: testStore(), spawn: (args, options) => new Program(args, options) });
  await scene.startRunner();
  pictures = Object.fromEntries(Object.entries(await redAndBlue(5)).map(([key, body]) => [`set/photos/${key.replace("/", "-")}`, body]));
});

afterAll(async () => {
  await scene.close();
  await database.drop();
});

const names = () => Object.keys(pictures);
const labelOf = (key: string) => (key.includes("red") ? "red" : "blue");

/** Imports and gives back what the version's rows say. */
async function imported(dataset: string, files: Record<string, Uint8Array | string>, params: { draft?: boolean } = {}) {
  const bucket = await scene.newBucket(files);
  const { jobId, datasetVersionId } = await scene.startImport(bucket, { dataset, prefix: "set/", params });
  const job = await scene.job(jobId);
  expect(job, `${JSON.stringify(job.error)}\n${(await scene.log(jobId)).join("\n")}`).toMatchObject({ status: "succeeded" });
  const row = await scene.db.datasetVersion.findUniqueOrThrow({
    where: { id: datasetVersionId }, include: { samples: { orderBy: { index: "asc" } }, rejections: { orderBy: { index: "asc" } } },
  });
  const counts: Record<string, number> = {};
  for (const { label } of row.samples) counts[String(label)] = (counts[String(label)] ?? 0) + 1;
  return { row, counts, rejections: row.rejections.map(({ key, code }) => `${key} ${code}`) };
}

describe("an import through the runner", () => {
  it("reads a CSV, and lists rows and files that do not go together", async () => {
    const sides = ["train", "train", "train", "val", "test"];
    const rows = names().map((key, i) => `photos/${key.slice("set/photos/".length)},${labelOf(key)},${sides[i >> 1]}`);
    const extra = await colorPicture({ r: 9, g: 9, b: 9 }, 4711);
    const { row, counts, rejections } = await imported("by-csv", { ...pictures, "set/photos/extra.jpg": extra, "set/labels.csv": ["key,label,split", ...rows, "photos/gone.jpg,red,train"].join("\r\n") });
    expect(row).toMatchObject({ status: "ready", format: "csv" });
    expect(counts).toEqual({ red: 5, blue: 5 });
    expect(rejections.sort()).toEqual(["set/photos/extra.jpg not_named", "set/photos/gone.jpg missing_file"]);
    const said = new Map(rows.map((line) => [`set/${line.split(",")[0]}`, line.split(",")[2]!.replace("val", "validation")]));
    for (const { key, split } of row.samples) expect(split).toBe(said.get(key));
  });

  it("keeps files that no row names as unlabelled in a draft", async () => {
    const rows = names().slice(0, 6).map((key) => `${key},${labelOf(key)}`);
    const { row, counts } = await imported("draft-csv", { ...pictures, "set/labels.csv": rows.join("\n") }, { draft: true });
    expect(row).toMatchObject({ status: "draft", format: "csv", unlabelledCount: 4 });
    expect(counts).toMatchObject({ null: 4 });
  });

  it("reads ModelArts' manifest", async () => {
    const lines = names().map((key) => JSON.stringify({ source: `s3://elsewhere/${key}`, usage: "TRAIN", annotation: [{ type: "modelarts/image_classification", name: labelOf(key) }] }));
    const { row, counts, rejections } = await imported("by-manifest", { ...pictures, "set/V001.manifest": [...lines, "{broken"].join("\n") });
    expect(row.format).toBe("modelarts");
    expect(counts).toEqual({ red: 5, blue: 5 });
    expect(rejections).toEqual(["set/V001.manifest bad_row"]);
  });

  it("reads COCO's boxes, and keeps a picture whose boxes disagree without a label", async () => {
    const [disagreeing] = names();
    const images = names().map((key, id) => ({ id, file_name: key.slice("set/".length), width: 24, height: 24 }));
    const annotations = names().map((key, id) => ({ id, image_id: id, category_id: labelOf(key) === "red" ? 1 : 2, bbox: [6, 6, 12, 12] }));
    annotations.push({ id: 99, image_id: 0, category_id: labelOf(disagreeing!) === "red" ? 2 : 1, bbox: [0, 0, 6, 6] });
    const { row, counts, rejections } = await imported("by-coco", {
      ...pictures, "set/annotations/instances.json": JSON.stringify({ images, annotations, categories: [{ id: 1, name: "red" }, { id: 2, name: "blue" }] }),
    });
    expect(row.format).toBe("coco");
    expect(counts).toEqual({ [labelOf(disagreeing!)]: 4, [labelOf(disagreeing!) === "red" ? "blue" : "red"]: 5, null: 1 });
    expect(row.samples.map(({ boxes }) => (boxes as unknown[]).length).sort()).toEqual([...Array(9).fill(1), 2]);
    expect(row.samples.find(({ key }) => key !== disagreeing)!.boxes).toEqual([expect.objectContaining({ left: 0.25, top: 0.25, right: 0.75, bottom: 0.75 })]);
    expect(rejections).toEqual([]);
  });

  it("keeps two keys that differ only by Unicode normal form as two pictures, and says so", async () => {
    const [nfc, nfd, other] = ["set/red/caf\u00e9.jpg", "set/red/cafe\u0301.jpg", "set/red/\u732b.jpg"];
    const files = Object.fromEntries(await Promise.all([nfc, nfd, other].map(async (key, i) => [key, await colorPicture({ r: 200, g: 40 * i, b: 7 }, 600 + i)] as const)));
    const { row } = await imported("lookalikes", files);
    expect(row.samples.map(({ key }) => key)).toEqual([nfd, nfc, other]);
    expect(row.findings).toEqual(expect.arrayContaining([expect.objectContaining({ code: "lookalike_keys", count: 2 })]));
    const found = await scene.db.sampleFinding.findMany({ where: { datasetVersionId: row.id, code: "lookalike_keys" } });
    expect(found.map(({ index }) => row.samples.find((sample) => sample.index === index)?.key).sort()).toEqual([nfd, nfc].sort());
  });

  it("reads idx files, whose pictures become objects", async () => {
    const header = (magic: number, ...sizes: number[]) => {
      const bytes = Buffer.alloc(4 + 4 * sizes.length);
      [magic, ...sizes].forEach((value, i) => bytes.writeUInt32BE(value, 4 * i));
      return bytes;
    };
    const count = 40;
    const pixels = Buffer.from(Array.from({ length: count * 28 * 28 }, (_, i) => (Math.imul(i, 2_654_435_761) >>> 16) & 255));
    const { row, counts, rejections } = await imported("by-idx", {
      "set/train-images-idx3-ubyte.gz": gzipSync(Buffer.concat([header(0x803, count, 28, 28), pixels])),
      "set/train-labels-idx1-ubyte.gz": gzipSync(Buffer.concat([header(0x801, count), Buffer.from(Array.from({ length: count }, (_, i) => i % 2))])),
      "set/classes.txt": "boot\nbag\n",
    });
    expect(row).toMatchObject({ status: "ready", format: "idx", sampleCount: count });
    expect(counts).toEqual({ boot: 20, bag: 20 });
    expect(row.samples[7]).toMatchObject({ key: "set/pictures/train/0000/0000007.png", label: "bag", width: 28, height: 28 });
    expect(rejections).toEqual([]);
  });
});
