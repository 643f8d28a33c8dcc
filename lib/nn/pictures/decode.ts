import sharp, { type Metadata, type Sharp } from "sharp";
import type { RejectionCode } from "#lib/domain/dataset";
import { formatBytes } from "#lib/domain/units";
import { fingerprint, fingerprintSidePx, type Fingerprint } from "./fingerprint";
import { formatsRead, sniffFormat, type PictureFormat } from "./sniff";

export type PictureInfo = {
  /** as seen, after the EXIF orientation */
  width: number;
  height: number;
  format: PictureFormat;
  sizeBytes: number;
};

export type PictureRejection = {
  code: Extract<RejectionCode, "not_an_image" | "truncated" | "too_large" | "empty" | "unsupported_format">;
  /** a sentence's end for a person, without the picture's name */
  reason: string;
};

/** [height, width, 3] RGB, row by row */
export type RawPicture = { pixels: Uint8Array; width: number; height: number };

export const pictureLimits = { sizeBytes: 64 * 1024 * 1024, pixels: 40_000_000, decodeSeconds: 30 } as const;

export function isRejection(result: object): result is PictureRejection {
  return "code" in result;
}

/**
 * Whether these bytes are a picture that training and serving can read, decoding all of it, and what it is like.
 * Never throws for what the bytes hold.
 */
export async function inspectPicture(bytes: Uint8Array): Promise<(PictureInfo & Fingerprint) | PictureRejection> {
  const info = await readHeader(bytes);
  if (isRejection(info)) return info;
  // A small one is enough: its pixels depend on every part of the file, and memory stays small.
  const size = { width: fingerprintSidePx, height: fingerprintSidePx, fit: "inside", withoutEnlargement: true } as const;
  const small = await run(decoder(bytes).resize(size).toColourspace("b-w"));
  return isRejection(small) ? small : { ...info, ...fingerprint(small.pixels, small.width, small.height) };
}

/**
 * The picture upright, on white where it was transparent, in sRGB, 8 bits a channel; of an animation, the first frame.
 * @param size what to scale it to; left out, its own size
 */
export async function decodePicture(bytes: Uint8Array, size?: TargetSize): Promise<RawPicture | PictureRejection> {
  const info = await readHeader(bytes);
  if (isRejection(info)) return info;
  const picture = decoder(bytes);
  if (size) {
    const region = centralRegion(info);
    picture.extract(region).resize({ ...scaledSize(region, size), fit: "fill", kernel: "linear" });
  }
  return run(picture);
}

/** Beyond this a strip's ends are left out: scaled to its short side, 1×100,000 px would become gigabytes. */
const longestShape = 8;

function centralRegion({ width, height }: PictureInfo): { left: number; top: number; width: number; height: number } {
  const kept = { width: Math.min(width, height * longestShape), height: Math.min(height, width * longestShape) };
  return { left: Math.floor((width - kept.width) / 2), top: Math.floor((height - kept.height) / 2), ...kept };
}

export type TargetSize = {
  /** of the result, px */
  shortSide: number;
  /** leave a picture that is smaller already as it is */
  withoutEnlargement?: boolean;
};

/** Width and height with the given short side, as torchvision's Resize rounds them: the long side down. */
export function scaledSize({ width, height }: { width: number; height: number }, size: TargetSize): { width: number; height: number } {
  const short = Math.min(width, height);
  if (size.withoutEnlargement && short <= size.shortSide) return { width, height };
  const long = Math.floor((size.shortSide * Math.max(width, height)) / short);
  return width <= height ? { width: size.shortSide, height: long } : { width: long, height: size.shortSide };
}

/** Everything that can be known before a pixel is decoded, and memory asked for. */
async function readHeader(bytes: Uint8Array): Promise<PictureInfo | PictureRejection> {
  if (bytes.byteLength === 0) return { code: "empty", reason: "the file is empty" };
  if (bytes.byteLength > pictureLimits.sizeBytes) {
    const limit = formatBytes(pictureLimits.sizeBytes);
    return { code: "too_large", reason: `the file has ${formatBytes(bytes.byteLength)}, the limit is ${limit}` };
  }
  const format = sniffFormat(bytes);
  if (format === null) return { code: "not_an_image", reason: "its content is not a picture, whatever its name says" };
  if (!formatsRead.includes(format as PictureFormat)) {
    return { code: "unsupported_format", reason: `${format} is not read here; save it as JPEG or PNG` };
  }
  let header: Metadata;
  try {
    lockLoaders();
    header = await sharp(bytes, { limitInputPixels: false, failOn: "error" }).metadata();
  } catch (error) {
    return damaged(error);
  }
  const { width, height } = header.autoOrient;
  if (width * height > pictureLimits.pixels) {
    const [has, limit] = [width * height, pictureLimits.pixels].map((pixels) => Math.round(pixels / 1e6));
    return { code: "too_large", reason: `it has ${width}×${height} px, ${has} megapixels; the limit is ${limit}` };
  }
  return { width, height, format: format as PictureFormat, sizeBytes: bytes.byteLength };
}

function decoder(bytes: Uint8Array): Sharp {
  return sharp(bytes, { limitInputPixels: pictureLimits.pixels, failOn: "error", autoOrient: true, sequentialRead: true })
    .timeout({ seconds: pictureLimits.decodeSeconds })
    .flatten({ background: "#ffffff" })
    .toColourspace("srgb");
}

async function run(picture: Sharp): Promise<RawPicture | PictureRejection> {
  try {
    const { data, info } = await picture.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
    return { pixels: data, width: info.width, height: info.height };
  } catch (error) {
    return damaged(error);
  }
}

/** Its first bytes are a picture's, the rest cannot be decoded. */
function damaged(error: unknown): PictureRejection {
  const message = error instanceof Error ? error.message : String(error);
  if (/timeout|pixel limit/i.test(message)) return { code: "too_large", reason: "decoding it takes too long or too much memory" };
  return { code: "truncated", reason: "it is cut short or damaged and cannot be decoded to its end" };
}

let locked = false;

/** Besides sniffing: libvips itself may open nothing but the formats read here, so that no SVG or PDF is ever rendered. */
function lockLoaders(): void {
  if (locked) return;
  locked = true;
  sharp.block({ operation: ["VipsForeignLoad"] });
  sharp.unblock({ operation: ["Jpeg", "Png", "Webp", "Nsgif", "Heif", "Tiff"].map((loader) => `VipsForeignLoad${loader}`) });
  // Two cores are shared with training: one thread a picture, and no cache of pictures that are seen once.
  sharp.concurrency(1);
  sharp.cache(false);
}
