import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSignature } from "../preprocess";
import type { PictureBatch } from "../training";
import { openPictures, type OpenPicturesOptions, type PictureSample } from "./pipeline";
import { preparePicture } from "./prepare";

const signature = createSignature(16, ["a", "b"]);
let folder: string;
let samples: PictureSample[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lathe-pictures-"));
  samples = await Promise.all(
    Array.from({ length: 12 }, async (_, i) => {
      const noise = { type: "gaussian", mean: 40 + i * 15, sigma: 30 } as const;
      const path = join(folder, `${i}.jpg`);
      await sharp({ create: { width: 50 + i, height: 40, channels: 3, background: "#888888", noise } }).jpeg().toFile(path);
      return { key: `photos/${i}.jpg`, path, labelIndex: i % 2 };
    }),
  );
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function withPictures<T>(options: Partial<OpenPicturesOptions>, work: (pictures: ReturnType<typeof openPictures>) => Promise<T>): Promise<T> {
  const all = { train: samples.slice(0, 9), validation: samples.slice(9, 11), test: samples.slice(11), signature, batchSize: 4, seed: 5 };
  const pictures = openPictures({ ...all, ...options });
  try {
    return await work(pictures);
  } finally {
    await pictures.close();
  }
}

async function collect(batches: AsyncIterable<PictureBatch>): Promise<PictureBatch[]> {
  const result: PictureBatch[] = [];
  for await (const batch of batches) result.push(batch);
  return result;
}

describe("openPictures", () => {
  it("gives full shuffled batches to train on, another order and other crops every epoch", async () => {
    await withPictures({}, async (pictures) => {
      const [first, second] = [await collect(pictures.train(0, 16)), await collect(pictures.train(1, 16))];
      expect(first.map(({ labels }) => labels.length)).toEqual([4, 4]); // 9 pictures, the short rest waits for another epoch
      expect(first.map(({ pixels }) => pixels.length)).toEqual([4 * 16 * 16 * 3, 4 * 16 * 16 * 3]);
      expect(second.map(({ pixels }) => pixels)).not.toEqual(first.map(({ pixels }) => pixels));
    });
  });

  it("makes the same pictures with one worker, with three, and without a cache", async () => {
    const epochs = (options: Partial<OpenPicturesOptions>) =>
      withPictures({ augmentation: { colorJitter: 0.2 }, ...options }, async (pictures) => [
        ...(await collect(pictures.train(0, 16))),
        ...(await collect(pictures.train(1, 12))),
        ...(await collect(pictures.validation())),
      ]);
    const one = await epochs({ workers: 1 });
    expect(await epochs({ workers: 3 })).toEqual(one);
    expect(await epochs({ workers: 1, cacheBytes: 0 })).toEqual(one);
    expect(await epochs({ workers: 1, seed: 6 })).not.toEqual(one);
  });

  it("prepares held-out pictures exactly as serving does, in order, the last batch short", async () => {
    await withPictures({ validation: samples.slice(4, 9), test: samples.slice(0, 1) }, async (pictures) => {
      const batches = await collect(pictures.validation());
      expect(batches.map(({ labels }) => [...labels])).toEqual([[0, 1, 0, 1], [0]]);
      const served = await preparePicture(await readFile(samples[8]!.path), signature);
      expect(batches[1]!.pixels).toEqual(served);
      expect((await collect(pictures.test())).length).toBe(1);
    });
  });

  it("trains at another size than it evaluates", async () => {
    await withPictures({}, async (pictures) => {
      const [batch] = await collect(pictures.train(0, 10));
      expect([batch!.imageSize, batch!.pixels.length]).toEqual([10, 4 * 10 * 10 * 3]);
    });
  });

  it("makes one batch of fewer pictures than a batch holds", async () => {
    await withPictures({ train: samples.slice(0, 3) }, async (pictures) => {
      expect((await collect(pictures.train(0, 16))).map(({ labels }) => labels.length)).toEqual([3]);
    });
  });

  it("names the picture it cannot use, and why", async () => {
    const path = join(folder, "broken.jpg");
    await writeFile(path, "these are notes");
    const broken = { key: "photos/坏.jpg", path, labelIndex: 0 };
    await withPictures({ train: [broken] }, async (pictures) => {
      await expect(collect(pictures.train(0, 16))).rejects.toMatchObject({
        code: "picture_unreadable",
        message: expect.stringMatching(/photos\/坏\.jpg.*not a picture/),
        nextStep: expect.stringContaining("Replace or remove it"),
      });
      // The next iteration works on: one bad picture does not end the worker.
      expect((await collect(pictures.validation())).length).toBe(1);
    });
    await withPictures({ train: [{ ...broken, path: join(folder, "gone.jpg") }] }, async (pictures) => {
      await expect(collect(pictures.train(0, 16))).rejects.toThrow(/cannot be read.*ENOENT/);
    });
  });

  it("can be left in the middle of an epoch", async () => {
    await withPictures({ batchSize: 1, prefetch: 8 }, async (pictures) => {
      for await (const batch of pictures.train(0, 16)) {
        expect(batch.labels.length).toBe(1);
        break;
      }
      expect((await collect(pictures.validation())).length).toBe(2);
    });
  });

  it("ends a waiting reader when it is closed", async () => {
    const pictures = openPictures({ train: samples, validation: [], test: [], signature, batchSize: 4, seed: 1 });
    const ended = expect(collect(pictures.train(0, 16))).rejects.toThrow("closed");
    await pictures.close();
    await ended;
  });
});
