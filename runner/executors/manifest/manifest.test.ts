import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { ManifestSample } from "./format";
import { readManifest } from "./read";
import { manifestLines, type ManifestContent } from "./write";

const sha = (text: string) => createHash("sha256").update(text).digest("hex");
const sample = (key: string, more: Partial<ManifestSample> = {}): ManifestSample => ({
  key, sizeBytes: 10, sha256: sha(key), label: "cat", split: "train", width: 4, height: 3, ...more,
});
const samples = [
  sample('p/"quoted"\n<script>.jpg'),
  sample("p/é.jpg", { label: null, split: null, group: 0 }),
  sample("p/box.jpg", { boxes: [{ label: "cup", left: 0, top: 0.25, right: 0.5, bottom: 1 }] }),
];

async function* inBatches<Item>(items: Item[]) {
  yield items;
}

function content(more: Partial<ManifestContent> = {}): ManifestContent {
  return {
    header: {
      dataset: "d", version: 3, bucket: "b", prefix: "p/", base: 2, split: { seed: 0, validation: 0.1, test: 0.1, keep: true },
      labels: [{ label: "cat", train: 2, validation: 0, test: 0 }], samples: 3, unlabelled: 1, rejected: 1, sizeBytes: 30,
    },
    samples: inBatches(samples),
    rejections: inBatches([{ key: "p/x", code: "empty" as const, reason: "the file is empty" }]),
    findings: [{ code: "similar_labels", message: "m", nextStep: "n", count: 2, labels: ["Cat", "cat"] }],
    ...more,
  };
}

async function written(more: Partial<ManifestContent> = {}): Promise<Buffer> {
  let text = "";
  for await (const piece of manifestLines(content(more))) text += piece;
  return Buffer.from(text);
}

async function read(bytes: Buffer, digest = sha(bytes.toString())) {
  const found: ManifestSample[] = [];
  async function* pieces() {
    for (let start = 0; start < bytes.length; start += 7) yield bytes.subarray(start, start + 7);
  }
  const about = await readManifest(pieces(), { name: "d@3", digest, onSample: (one) => found.push(one) });
  return { ...about, samples: found };
}

describe("a manifest", () => {
  it("is read as it was written, over any cut of its bytes", async () => {
    const back = await read(await written());
    expect(back.samples).toEqual(samples);
    expect(back.header).toMatchObject({ dataset: "d", base: 2, samples: 3, unlabelled: 1 });
    expect(back.rejected).toEqual([{ key: "p/x", code: "empty", reason: "the file is empty" }]);
    expect(back.findings[0]!.labels).toEqual(["Cat", "cat"]);
  });

  it("has the same bytes for the same content, whatever the order of fields, and one line a thing", async () => {
    const turned = samples.map((one) => Object.fromEntries(Object.entries(one).reverse()) as ManifestSample);
    const bytes = await written();
    expect(await written({ samples: inBatches(turned) })).toEqual(bytes);
    expect(bytes.toString().trimEnd().split("\n")).toHaveLength(1 + 3 + 1 + 1);
  });

  it("is refused when any byte was changed, cut off or added", async () => {
    const bytes = await written();
    const digest = sha(bytes.toString());
    for (let at = 0; at < bytes.length; at += 13) {
      const other = Buffer.from(bytes);
      other[at] = other[at]! ^ 1;
      await expect(read(other, digest)).rejects.toMatchObject({ code: "manifest_damaged" });
    }
    await expect(read(bytes.subarray(0, -1), digest)).rejects.toMatchObject({ code: "manifest_damaged" });
    await expect(read(Buffer.alloc(0), digest)).rejects.toMatchObject({ code: "manifest_damaged" });
  });

  it("of a newer Lathe is refused by its name, with what to do", async () => {
    const bytes = Buffer.from((await written()).toString().replace("lathe-manifest-2", "lathe-manifest-7"));
    await expect(read(bytes)).rejects.toMatchObject({ code: "manifest_too_new", message: expect.stringContaining('"lathe-manifest-7"'), nextStep: expect.stringContaining("Update") });
  });

  it("with a line longer than any that is written is given up at once", async () => {
    const bytes = Buffer.concat([await written(), Buffer.alloc(3 * 1024 ** 2, 97)]);
    async function* pieces() {
      yield bytes;
    }
    await expect(readManifest(pieces(), { name: "d@3", digest: "", onSample: () => {} })).rejects.toMatchObject({ code: "manifest_damaged" });
  });

  it("of the first format is read too", async () => {
    const first = {
      format: "lathe-manifest-1", dataset: "d", version: 1, bucket: "b", prefix: "p/", labels: ["cat"],
      samples: [sample("p/cat/1.jpg"), sample("p/cat/2.jpg", { split: "test" })], rejected: [], findings: [],
    };
    const back = await read(Buffer.from(JSON.stringify(first)));
    expect(back.samples.map(({ key, split }) => [key, split])).toEqual([["p/cat/1.jpg", "train"], ["p/cat/2.jpg", "test"]]);
    expect(back.header).toMatchObject({ version: 1, samples: 2, labels: [{ label: "cat", train: 1, validation: 0, test: 1 }] });
  });
});
