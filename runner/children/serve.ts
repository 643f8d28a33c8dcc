import sharp from "sharp";
import { LatheError } from "#lib/domain/errors";
import { startEngine } from "#lib/engine/index";
import { isRejection } from "#lib/nn/pictures/decode";
import { preparePicture } from "#lib/nn/pictures/prepare";
import { predict } from "#lib/nn/preprocess";
import type { ServingFailure } from "#lib/protocol/child";
import { problemOf } from "../work/words";
import { Batcher } from "./batcher";
import type { ChildContext, ChildRequest, Ended, TaskOf } from "./context";
import { readModel, toModelSignature } from "./model-files";

/** Pictures that go through the network together when they wait at the same time. */
const maxBatch = 8;

/** Loads a model and answers until the runner ends it. A picture that cannot be read is refused; the child goes on. */
export async function serve(context: ChildContext, task: TaskOf<"serve">): Promise<Ended> {
  const engine = await startEngine({ threads: context.threads });
  const signature = toModelSignature(task.signature);
  const model = await readModel(context.folders.input, signature);
  const { imageSize, labels } = signature;
  const pictureLength = imageSize * imageSize * 3;
  const batcher = new Batcher<Uint8Array, Float32Array>(maxBatch, async (pictures) => {
    const pixels = new Uint8Array(pictures.length * pictureLength);
    pictures.forEach((picture, i) => pixels.set(picture, i * pictureLength));
    const probabilities = await predict(model, signature, pixels);
    return pictures.map((_, i) => probabilities.subarray(i * labels.length, (i + 1) * labels.length));
  });
  // The first prediction compiles; nobody should wait for that.
  await batcher.run(new Uint8Array(pictureLength));

  const answer = async (request: ChildRequest): Promise<void> => {
    if (request.type === "predict") {
      const picture = await preparePicture(request.bytes, signature);
      if (isRejection(picture)) throw refusedPicture(picture.reason);
      const probabilities = await batcher.run(picture);
      const predictions = labels.map((label, i) => ({ label, probability: clamp(probabilities[i]!) })).sort((a, b) => b.probability - a.probability);
      await context.send({ type: "predicted", id: request.id, predictions });
    } else if (request.type === "infer") {
      const [count] = request.shape;
      const pictures = await picturesOf(request, imageSize);
      const rows = new Float32Array(count * labels.length);
      for (let start = 0; start < count; start += maxBatch) {
        const part = pictures.slice(start, start + maxBatch);
        const length = part.reduce((sum, picture) => sum + picture.length, 0);
        const joined = part[0] instanceof Float32Array ? new Float32Array(length) : new Uint8Array(length);
        part.forEach((picture, i) => joined.set(picture, i * pictureLength));
        rows.set(await predict(model, signature, joined), start * labels.length);
      }
      await context.send({ type: "inferred", id: request.id, shape: [count, labels.length], bytes: new Uint8Array(rows.buffer) });
    }
  };
  context.onRequest((request) => {
    answer(request).catch((error: unknown) => context.send({ type: "refused", id: request.id, error: failureOf(error) }));
  });
  await context.send({ type: "ready", engine: { name: engine.name, reason: engine.reason } });
  return new Promise(() => {});
}

/** One array a picture, [S, S, 3]. Pictures of another size are scaled and cut as files are. */
async function picturesOf({ shape, datatype, bytes }: Extract<ChildRequest, { type: "infer" }>, side: number): Promise<(Uint8Array | Float32Array)[]> {
  const [count, height, width] = shape;
  const length = height * width * 3;
  const values = datatype === "FP32" ? toFloats(bytes) : bytes;
  if (values.length !== count * length) throw wrongTensor(`[${shape.join(", ")}] needs ${count * length} values and ${values.length} came`);
  if (values instanceof Float32Array && values.some((value) => !(value >= 0 && value <= 1))) throw wrongTensor("FP32 values must lie in [0, 1]");
  const pictures: (Uint8Array | Float32Array)[] = [];
  for (let i = 0; i < count; i++) {
    const picture = values.subarray(i * length, (i + 1) * length);
    pictures.push(height === side && width === side ? picture : await fitted(picture, width, height, side));
  }
  return pictures;
}

async function fitted(picture: Uint8Array | Float32Array, width: number, height: number, side: number): Promise<Uint8Array> {
  const pixels = picture instanceof Float32Array ? Uint8Array.from(picture, (value) => Math.round(value * 255)) : picture;
  return sharp(pixels, { raw: { width, height, channels: 3 } }).resize(side, side, { fit: "cover", kernel: "linear" }).raw().toBuffer();
}

/** A frame's bytes start anywhere; floats want multiples of four. */
function toFloats(bytes: Uint8Array): Float32Array {
  if (bytes.length % 4 !== 0) throw wrongTensor("FP32 values have four bytes each");
  return new Float32Array(new Uint8Array(bytes).buffer);
}

function refusedPicture(reason: string): LatheError {
  const nextStep = "Send a whole JPEG, PNG, WebP, GIF, AVIF or TIFF file.";
  return new LatheError({ code: "invalid_picture", message: `The picture cannot be used: ${reason}.`, nextStep, status: 422 });
}

function wrongTensor(what: string): LatheError {
  const nextStep = "Send [B, H, W, 3], FP32 in [0, 1] or UINT8.";
  return new LatheError({ code: "invalid_tensor", message: `The tensor cannot be used: ${what}.`, nextStep, status: 400 });
}

function failureOf(error: unknown): ServingFailure {
  if (!(error instanceof LatheError)) console.error(error);
  return { ...problemOf(error), status: error instanceof LatheError ? error.status : 500 };
}

/** float32's rounding may leave a softmax a hair above 1. */
function clamp(probability: number): number {
  return Math.min(1, Math.max(0, probability));
}
