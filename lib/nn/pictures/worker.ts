import { readFile } from "node:fs/promises";
import { parentPort, workerData } from "node:worker_threads";
import sharp from "sharp";
import { randomStream } from "../random";
import { chooseCrop, flipHorizontally, jitterColors } from "./augment";
import { decodePicture, isRejection, type RawPicture } from "./decode";
import { centerCrop, evaluationShortSide } from "./prepare";
import type { WorkerReply, WorkerRequest, WorkerSetup } from "./worker-messages";

/**
 * Decodes and augments pictures beside training. What a picture becomes depends on the seed, the epoch and its index
 * alone: not on this worker, nor on whether it was decoded before.
 */
const { files, signature, augmentation, seed, cacheBytes } = workerData as WorkerSetup;
const port = parentPort!;

/** Training crops are cut from a copy of this short side: enough for the picture size, and far quicker than its JPEG. */
const cachedShortSide = Math.ceil(signature.imageSize * 1.25);

const cache = new Map<string, RawPicture>();
let cachedBytes = 0;

class PictureFailure extends Error {
  constructor(readonly key: string, reason: string) {
    super(reason);
  }
}

/** The decoded copy of a file; kept as long as there is room, so that later epochs don't decode again. */
async function decoded(index: number, shortSide: number, withoutEnlargement: boolean): Promise<RawPicture> {
  const name = `${index}/${shortSide}`;
  const kept = cache.get(name);
  if (kept) return kept;
  const { key, path } = files[index]!;
  const bytes = await readFile(path).catch((error: Error) => {
    throw new PictureFailure(key, `its file cannot be read (${error.message})`);
  });
  const picture = await decodePicture(bytes, { shortSide, withoutEnlargement });
  if (isRejection(picture)) throw new PictureFailure(key, picture.reason);
  if (cachedBytes + picture.pixels.byteLength <= cacheBytes) {
    cachedBytes += picture.pixels.byteLength;
    cache.set(name, picture);
  }
  return picture;
}

async function trainingPicture(index: number, epoch: number, side: number): Promise<Uint8Array> {
  const { pixels, width, height } = await decoded(index, cachedShortSide, true);
  const random = randomStream(seed, "augment", epoch, index);
  const crop = chooseCrop(width, height, augmentation, random);
  const result: Uint8Array = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .extract(crop)
    .resize(side, side, { fit: "fill", kernel: "linear" })
    .raw()
    .toBuffer();
  if (random.next() < augmentation.flip) flipHorizontally(result, side);
  if (augmentation.colorJitter > 0) jitterColors(result, augmentation.colorJitter, random);
  return result;
}

async function evaluationPicture(index: number): Promise<Uint8Array> {
  return centerCrop(await decoded(index, evaluationShortSide(signature), false), signature.imageSize);
}

async function prepare({ id, indexes, augment }: Extract<WorkerRequest, { type: "prepare" }>): Promise<WorkerReply> {
  const side = augment?.imageSize ?? signature.imageSize;
  const pixels = new Uint8Array(indexes.length * side * side * 3);
  try {
    for (const [place, index] of indexes.entries()) {
      const picture = augment ? await trainingPicture(index, augment.epoch, side) : await evaluationPicture(index);
      pixels.set(picture, place * side * side * 3);
    }
    return { type: "prepared", id, pixels };
  } catch (error) {
    if (error instanceof PictureFailure) return { type: "failed", id, key: error.key, reason: error.message };
    throw error;
  }
}

const cancelled = new Set<number>();
let queue: Promise<void> = Promise.resolve();

port.on("message", (request: WorkerRequest) => {
  if (request.type === "cancel") {
    cancelled.add(request.id);
    return;
  }
  queue = queue.then(async () => {
    const reply: WorkerReply = cancelled.has(request.id) ? { type: "cancelled", id: request.id } : await prepare(request);
    cancelled.delete(request.id);
    port.postMessage(reply, reply.type === "prepared" ? [reply.pixels.buffer as ArrayBuffer] : []);
  });
});
