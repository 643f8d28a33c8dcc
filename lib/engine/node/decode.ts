import { tensor3d, tensor4d, type Tensor3D, type Tensor4D } from "@tensorflow/tfjs-core";
import { EngineError } from "../engine-error";
import { decodeBmpPixels } from "./bmp";
import { brightness, withChannels } from "./channels";
import { decodeSync, type Pixels } from "./decode-sync";

type Format = "jpeg" | "png" | "gif" | "bmp";
type Weights = (typeof brightness)[keyof typeof brightness];

/** How each kind of file begins. */
const signatures: Record<Format, readonly number[]> = {
  jpeg: [0xff, 0xd8, 0xff],
  png: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  gif: [0x47, 0x49, 0x46, 0x38],
  bmp: [0x42, 0x4d],
};

/** TensorFlow.js' own, for those which nothing but their defaults makes sense of here. */
const onlyInt32 = (name: string, dtype: string) => {
  if (dtype !== "int32") throw new EngineError(`${name} gives int32 only, not ${dtype}. Cast the result: tf.cast(image, "${dtype}").`);
};

/**
 * @param channels 0 as many as the file has, 1 grey, 3 RGB
 * @param ratio 1, 2, 4 or 8: how many times smaller than the file each side comes out
 * @returns [height, width, channels] int32 in [0, 255]; turned as the file has it, whatever its EXIF says
 */
export function decodeJpeg(contents: Uint8Array, channels = 0, ratio = 1): Tensor3D {
  allowed("decodeJpeg", channels, [0, 1, 3]);
  if (![1, 2, 4, 8].includes(ratio)) throw new EngineError(`decodeJpeg shrinks by a ratio of 1, 2, 4 or 8, not ${ratio}.`);
  expectFormat("decodeJpeg", contents, "jpeg");
  return toTensor(decodeSync(contents, { ratio }), channels, brightness.jpeg);
}

/** @param channels 0 as many as the file has, 1 grey, 3 RGB, 4 RGBA @returns [height, width, channels] int32 in [0, 255] */
export function decodePng(contents: Uint8Array, channels = 0, dtype = "int32"): Tensor3D {
  onlyInt32("decodePng", dtype);
  allowed("decodePng", channels, [0, 1, 3, 4]);
  expectFormat("decodePng", contents, "png");
  return toTensor(decodeSync(contents), channels, brightness.png);
}

/** @param channels 0 as many as the file has, else just that many: 3 RGB, 4 RGBA @returns [height, width, channels] int32 in [0, 255] */
export function decodeBmp(contents: Uint8Array, channels = 0): Tensor3D {
  allowed("decodeBmp", channels, [0, 1, 3, 4]);
  expectFormat("decodeBmp", contents, "bmp");
  const pixels = decodeBmpPixels(contents);
  if (channels !== 0 && channels !== pixels.channels) {
    throw new EngineError(`decodeBmp was asked for ${channels} channels, but the file has ${pixels.channels}. Ask for 0 to take those.`);
  }
  return toTensor(pixels, channels, brightness.png);
}

/** @returns [frames, height, width, 3] int32 in [0, 255] */
export function decodeGif(contents: Uint8Array): Tensor4D {
  expectFormat("decodeGif", contents, "gif");
  const pixels = decodeSync(contents);
  return tensor4d(withChannels(pixels, 3, brightness.png), [pixels.frames, pixels.height, pixels.width, 3], "int32");
}

/**
 * @param channels as the decoder of the file's kind has it
 * @param expandAnimations whether GIFs have a frame axis; if not, only their first frame is decoded
 * @returns [height, width, channels], or [frames, height, width, 3] of a GIF; int32 in [0, 255]
 */
export function decodeImage(content: Uint8Array, channels = 0, dtype = "int32", expandAnimations = true): Tensor3D | Tensor4D {
  onlyInt32("decodeImage", dtype);
  switch (formatOf(content)) {
    case "jpeg":
      return decodeJpeg(content, channels);
    case "png":
      return decodePng(content, channels, dtype);
    case "bmp":
      return decodeBmp(content, channels);
    case "gif":
      if (expandAnimations) return decodeGif(content);
      return toTensor(decodeSync(content, { firstFrame: true }), 3, brightness.png);
    case null:
      throw new EngineError("Expected image (BMP, JPEG, PNG, or GIF), but got unsupported image type.");
  }
}

function toTensor(pixels: Pixels, channels: number, weights: Weights): Tensor3D {
  const wanted = channels || pixels.channels;
  return tensor3d(withChannels(pixels, wanted, weights), [pixels.height, pixels.width, wanted], "int32");
}

function formatOf(content: Uint8Array): Format | null {
  const formats = Object.keys(signatures) as Format[];
  return formats.find((format) => signatures[format].every((byte, place) => content[place] === byte)) ?? null;
}

function expectFormat(name: string, contents: Uint8Array, expected: Format): void {
  if (!(contents instanceof Uint8Array)) throw new EngineError(`${name} takes the file's bytes as a Uint8Array, such as fs.readFileSync(path) gives.`);
  const found = formatOf(contents);
  if (found !== expected) throw new EngineError(`${name} expected a ${expected.toUpperCase()} file, but this one is ${found?.toUpperCase() ?? "of a kind it does not know"}.`);
}

function allowed(name: string, channels: number, choices: readonly number[]): void {
  if (!choices.includes(channels)) throw new EngineError(`${name} gives ${choices.join(", ")} channels (0: as many as the file has), not ${channels}.`);
}
