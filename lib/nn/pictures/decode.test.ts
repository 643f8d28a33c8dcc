import { crc32 } from "node:zlib";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { createSignature } from "../preprocess";
import { decodePicture, inspectPicture, isRejection, pictureLimits, scaledSize, type RawPicture } from "./decode";
import { preparePicture } from "./prepare";
import { sniffFormat } from "./sniff";

/** 60×40 of noise, so that no format packs it into a few bytes. */
const noise = sharp({
  create: { width: 60, height: 40, channels: 3, background: "#808080", noise: { type: "gaussian", mean: 128, sigma: 50 } },
});

/** Left half red, right half blue, 40×20. */
async function redBlue() {
  const red = await sharp({ create: { width: 20, height: 20, channels: 3, background: "#ff0000" } }).png().toBuffer();
  return sharp({ create: { width: 40, height: 20, channels: 3, background: "#0000ff" } }).composite([{ input: red, left: 0, top: 0 }]);
}

const encoders: Record<string, () => Promise<Buffer>> = {
  jpeg: () => noise.clone().jpeg().toBuffer(),
  "progressive jpeg": () => noise.clone().jpeg({ progressive: true }).toBuffer(),
  png: () => noise.clone().png().toBuffer(),
  webp: () => noise.clone().webp().toBuffer(),
  gif: () => noise.clone().gif().toBuffer(),
  avif: () => noise.clone().avif().toBuffer(),
  tiff: () => noise.clone().tiff({ compression: "lzw" }).toBuffer(),
};

async function decoded(bytes: Uint8Array): Promise<RawPicture> {
  const result = await decodePicture(bytes);
  if (isRejection(result)) throw new Error(`${result.code}: ${result.reason}`);
  return result;
}

function pixelAt({ pixels, width }: RawPicture, x: number, y: number): number[] {
  return [...pixels.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
}

function expectNear(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  actual.forEach((value, i) => expect(Math.abs(value - expected[i]!), `${actual} vs ${expected}`).toBeLessThanOrEqual(tolerance));
}

/** A whole PNG of its signature, IHDR and a stub of IDAT, claiming any size (PNG specification, section 5). */
function pngClaiming(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    checksum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, checksum]);
  };
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", Buffer.from("789c030000000001", "hex")),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

describe("inspectPicture", () => {
  it.each(Object.keys(encoders))("reads %s", async (name) => {
    const bytes = await encoders[name]!();
    expect(await inspectPicture(bytes)).toMatchObject({ width: 60, height: 40, format: name.split(" ").at(-1), sizeBytes: bytes.length });
  });

  it.each(Object.keys(encoders))("calls %s cut at nine tenths truncated", async (name) => {
    const bytes = await encoders[name]!();
    expect(await inspectPicture(bytes.subarray(0, Math.floor(bytes.length * 0.9)))).toMatchObject({ code: "truncated" });
  });

  it("calls a PNG with a flipped bit in its pixels damaged", async () => {
    const bytes = await encoders["png"]!();
    bytes[Math.floor(bytes.length / 2)]! ^= 4;
    expect(await inspectPicture(bytes)).toMatchObject({ code: "truncated", reason: expect.stringContaining("damaged") });
  });

  it.each([
    ["a text renamed .jpg", Buffer.from("These are my notes, not a photograph.\n".repeat(20)), "not_an_image"],
    ["a text that begins like a bitmap", Buffer.from("BMX riders of the world, a list"), "not_an_image"],
    ["zero bytes", Buffer.alloc(0), "empty"],
    ["one byte", Buffer.of(0xff), "not_an_image"],
    ["the first bytes of a JPEG", Buffer.of(0xff, 0xd8, 0xff), "truncated"],
    ["an SVG", Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), "unsupported_format"],
    ["a PDF", Buffer.from("%PDF-1.7\n1 0 obj"), "unsupported_format"],
    ["a bitmap", Buffer.concat([Buffer.from("BM"), Buffer.of(0x46, 0, 0, 0, 0, 0, 0, 0), Buffer.alloc(60)]), "unsupported_format"],
    ["a HEIC photo", Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic", "latin1"), "unsupported_format"],
  ])("refuses %s", async (_, bytes, code) => {
    const result = await inspectPicture(bytes);
    expect(result).toMatchObject({ code, reason: expect.stringMatching(/.{10}/) });
  });

  it("refuses 60,000×60,000 px by its header, before memory for its pixels is asked for", async () => {
    const bytes = pngClaiming(60_000, 60_000);
    const before = process.memoryUsage().rss;
    expect(await inspectPicture(bytes)).toMatchObject({ code: "too_large", reason: expect.stringContaining("60000×60000") });
    expect(await decodePicture(bytes)).toMatchObject({ code: "too_large" });
    // Its pixels would take 10.8 GB.
    expect(process.memoryUsage().rss - before).toBeLessThan(50e6);
  });

  it("takes the limit itself and refuses one row more", async () => {
    const inside = await inspectPicture(pngClaiming(8000, 5000));
    expect(inside).toMatchObject({ code: "truncated" }); // of 40 megapixels, but the stub has no pixels
    expect(await inspectPicture(pngClaiming(8000, 5001))).toMatchObject({ code: "too_large" });
  });

  it("refuses a file over the size limit", async () => {
    const bytes = new Uint8Array(pictureLimits.sizeBytes + 1);
    expect(await inspectPicture(bytes)).toMatchObject({ code: "too_large", reason: expect.stringContaining("64.0 MiB") });
  });
});

describe("decodePicture", () => {
  it("turns a photo by its EXIF orientation", async () => {
    // Orientation 6: the camera was turned, show it rotated a quarter clockwise; the left half comes to the top.
    const bytes = await (await redBlue()).withMetadata({ orientation: 6 }).jpeg({ quality: 100 }).toBuffer();
    expect(await inspectPicture(bytes)).toMatchObject({ width: 20, height: 40 });
    const picture = await decoded(bytes);
    expect([picture.width, picture.height]).toEqual([20, 40]);
    expectNear(pixelAt(picture, 10, 4), [255, 0, 0], 6);
    expectNear(pixelAt(picture, 10, 35), [0, 0, 255], 6);
    const scaled = (await decodePicture(bytes, { shortSide: 10 })) as RawPicture;
    expect([scaled.width, scaled.height]).toEqual([10, 20]);
  });

  it("puts what is transparent on white", async () => {
    const clear = await sharp({ create: { width: 8, height: 8, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } }).png().toBuffer();
    expect(pixelAt(await decoded(clear), 4, 4)).toEqual([255, 255, 255]);
    const half = await sharp({ create: { width: 8, height: 8, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0.5 } } }).png().toBuffer();
    // Half red over white: 255, and 255 × (1 - 0.5) twice.
    expectNear(pixelAt(await decoded(half), 4, 4), [255, 127.5, 127.5], 2);
  });

  it("reads CMYK as the colour it prints", async () => {
    const bytes = await sharp({ create: { width: 16, height: 16, channels: 3, background: "#c83232" } }).toColourspace("cmyk").jpeg({ quality: 100 }).toBuffer();
    expect((await sharp(bytes).metadata()).space).toBe("cmyk");
    // There and back through a printer's gamut: near, not equal.
    expectNear(pixelAt(await decoded(bytes), 8, 8), [200, 50, 50], 20);
  });

  it("reads 16 bits a channel as 8", async () => {
    const bytes = await sharp({ create: { width: 8, height: 8, channels: 3, background: "#4080c0" } }).toColourspace("rgb16").png().toBuffer();
    expect((await sharp(bytes).metadata()).depth).toBe("ushort");
    expectNear(pixelAt(await decoded(bytes), 4, 4), [0x40, 0x80, 0xc0], 1);
  });

  it("reads grey, of 8 and of 16 bits, as three equal channels", async () => {
    for (const space of ["b-w", "grey16"]) {
      const bytes = await sharp({ create: { width: 8, height: 8, channels: 3, background: "#969696" } }).toColourspace(space).png().toBuffer();
      expect((await sharp(bytes).metadata()).channels).toBe(1);
      const picture = await decoded(bytes);
      expect(picture.pixels.length).toBe(8 * 8 * 3);
      expectNear(pixelAt(picture, 4, 4), [150, 150, 150], 1);
    }
  });

  it("takes the first frame of an animation", async () => {
    const frames = await Promise.all(
      ["#ff0000", "#00ff00"].map((background) => sharp({ create: { width: 16, height: 16, channels: 3, background } }).png().toBuffer()),
    );
    const bytes = await sharp(frames, { join: { animated: true } }).gif().toBuffer();
    expect((await sharp(bytes).metadata()).pages).toBe(2);
    const picture = await decoded(bytes);
    expect([picture.width, picture.height]).toEqual([16, 16]);
    expectNear(pixelAt(picture, 8, 8), [255, 0, 0], 2);
  });

  it("scales no more than the middle of a strip, turned or not", async () => {
    // 2 px high, 60,000 px wide: at a short side of 73 all of it would be 2,190,000×73 px, 480 MB. A red mark in the middle.
    const mark = await sharp({ create: { width: 16, height: 2, channels: 3, background: "#ff0000" } }).png().toBuffer();
    const strip = sharp({ create: { width: 60_000, height: 2, channels: 3, background: "#0000ff" } }).composite([{ input: mark, left: 29_992, top: 0 }]);
    const bytes = await strip.jpeg({ quality: 100 }).withMetadata({ orientation: 6 }).toBuffer();
    expect(await inspectPicture(bytes)).toMatchObject({ width: 2, height: 60_000 });
    const picture = (await decodePicture(bytes, { shortSide: 73 })) as RawPicture;
    expect([picture.width, picture.height]).toEqual([73, 8 * 73]);
    expectNear(pixelAt(picture, 36, 4 * 73), [255, 0, 0], 6);
  });

  it("scales the short side and lets the long one follow, rounded down", () => {
    // torchvision's Resize(73) of 192×256 and back: int(73 × 256 / 192) = 97
    expect(scaledSize({ width: 192, height: 256 }, { shortSide: 73 })).toEqual({ width: 73, height: 97 });
    expect(scaledSize({ width: 256, height: 192 }, { shortSide: 73 })).toEqual({ width: 97, height: 73 });
    expect(scaledSize({ width: 50, height: 40 }, { shortSide: 73, withoutEnlargement: true })).toEqual({ width: 50, height: 40 });
  });
});

describe("preparePicture", () => {
  it("cuts the centre of the scaled picture", async () => {
    const bytes = await (await redBlue()).png().toBuffer();
    const signature = createSignature(16, []);
    const pixels = (await preparePicture(bytes, signature)) as Uint8Array;
    expect(pixels.length).toBe(16 * 16 * 3);
    // The border between the halves runs through the middle of the crop.
    expectNear([...pixels.subarray(8 * 16 * 3, 8 * 16 * 3 + 3)], [255, 0, 0], 2);
    expectNear([...pixels.subarray(8 * 16 * 3 + 45, 8 * 16 * 3 + 48)], [0, 0, 255], 2);
  });

  it("enlarges a picture smaller than the network's", async () => {
    const tiny = await sharp({ create: { width: 3, height: 1, channels: 3, background: "#102030" } }).png().toBuffer();
    const pixels = (await preparePicture(tiny, createSignature(32, []))) as Uint8Array;
    expect(pixels.length).toBe(32 * 32 * 3);
    expectNear([...pixels.subarray(0, 3)], [16, 32, 48], 1);
  });

  it("says why a file is no picture", async () => {
    expect(await preparePicture(Buffer.from("no picture at all"), createSignature(32, []))).toMatchObject({ code: "not_an_image" });
  });
});

it("sniffs by content in every container it names", () => {
  expect(sniffFormat(Buffer.from("RIFF\x10\0\0\0WEBPVP8 ", "latin1"))).toBe("webp");
  expect(sniffFormat(Buffer.from("RIFF\x10\0\0\0WAVEfmt ", "latin1"))).toBeNull();
  expect(sniffFormat(Buffer.from("\0\0\0\x1cftypavif", "latin1"))).toBe("avif");
});
