import type { ModelSignature } from "../preprocess";
import { randomStream, shuffled } from "../random";
import type { PictureBatch, TrainingData } from "../training";
import type { Augmentation } from "./augment";
import { PicturePool } from "./pool";

export type PictureSample = {
  /** names the picture in errors and reports */
  key: string;
  /** the file a worker reads */
  path: string;
  labelIndex: number;
};

export type OpenPicturesOptions = {
  train: readonly PictureSample[];
  validation: readonly PictureSample[];
  test: readonly PictureSample[];
  signature: ModelSignature;
  batchSize: number;
  seed: number;
  augmentation?: Partial<Augmentation>;
  /** threads that decode; one keeps up with training on two cores */
  workers?: number;
  /** batches made ahead of their use */
  prefetch?: number;
  /** memory for decoded pictures, all workers together; what does not fit is decoded every epoch */
  cacheBytes?: number;
};

export type Pictures = TrainingData & {
  /** every test picture once, in order, at the signature's size */
  test(): AsyncIterable<PictureBatch>;
  /** ends the workers; iterations under way end with an error */
  close(): Promise<void>;
};

export const defaultAugmentation: Augmentation = {
  cropScale: [0.35, 1],
  aspectRatio: [3 / 4, 4 / 3],
  flip: 0.5,
  colorJitter: 0,
};

/** Batches of pictures, decoded and augmented in worker threads ahead of their use. The caller closes it. */
export function openPictures(options: OpenPicturesOptions): Pictures {
  const { train, validation, test, signature, seed, workers = 1, prefetch = 4, cacheBytes = 1024 ** 3 } = options;
  const samples = [...train, ...validation, ...test];
  const augmentation = { ...defaultAugmentation, ...options.augmentation };
  const files = samples.map(({ key, path }) => ({ key, path }));
  const pool = new PicturePool({ files, signature, augmentation, seed, cacheBytes }, workers);
  // A data set smaller than a batch is one batch.
  const batchSize = Math.min(options.batchSize, train.length);

  async function* batches(indexes: readonly number[], size: number, augment: { epoch: number; imageSize: number } | null): AsyncGenerator<PictureBatch> {
    const imageSize = augment?.imageSize ?? signature.imageSize;
    const ahead: { indexes: readonly number[]; request: ReturnType<PicturePool["prepare"]> }[] = [];
    let next = 0;
    try {
      while (next < indexes.length || ahead.length > 0) {
        // The batch being used and `prefetch` more; no further, so that a slow reader bounds memory.
        while (next < indexes.length && ahead.length <= prefetch) {
          const part = indexes.slice(next, next + size);
          next += part.length;
          ahead.push({ indexes: part, request: pool.prepare(part, augment) });
        }
        const first = ahead.shift()!;
        const pixels = await first.request.pixels;
        yield { pixels, labels: Int32Array.from(first.indexes, (index) => samples[index]!.labelIndex), imageSize };
      }
    } finally {
      for (const { request } of ahead) request.cancel();
    }
  }

  const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);
  return {
    trainCount: train.length,
    validationCount: validation.length,
    train(epoch, imageSize) {
      const order = shuffled(range(0, train.length), randomStream(seed, "order", epoch));
      const whole = order.slice(0, order.length - (order.length % batchSize));
      return batches(whole, batchSize, { epoch, imageSize });
    },
    validation: () => batches(range(train.length, validation.length), options.batchSize, null),
    test: () => batches(range(train.length + validation.length, test.length), options.batchSize, null),
    close: () => pool.close(),
  };
}
