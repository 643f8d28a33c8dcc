import * as tf from "@tensorflow/tfjs-core";
import sharp, { type Sharp } from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { EngineError, startEngine } from "../index";
import { decodeBmp, decodeGif, decodeImage, decodeJpeg, decodePng } from "./decode";
import { encodeJpeg, encodePng } from "./encode";

beforeAll(async () => {
  await startEngine({ threads: 1, force: "cpu" });
});

/** 2 × 2: red, green; blue, white. */
const colours = Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]);
const picture = () => sharp(colours, { raw: { width: 2, height: 2, channels: 3 } });
const file = async (made: Sharp) => new Uint8Array(await made.toBuffer());

describe("tf.node.decodePng", () => {
  it("gives the file's own values and channels", async () => {
    const image = decodePng(await file(picture().png()));
    expect([image.shape, image.dtype, Array.from(image.dataSync())]).toEqual([[2, 2, 3], "int32", [...colours]]);
    const clear = decodePng(await file(picture().ensureAlpha(0.5).png()));
    expect([clear.shape, Array.from(clear.dataSync()).slice(0, 4)]).toEqual([[2, 2, 4], [255, 0, 0, 127]]);
    const grey = decodePng(await file(sharp(Uint8Array.from([7, 9]), { raw: { width: 2, height: 1, channels: 1 } }).toColourspace("b-w").png()));
    expect([grey.shape, Array.from(grey.dataSync())]).toEqual([[1, 2, 1], [7, 9]]);
  });

  it("gives the channels asked for", async () => {
    const bytes = await file(picture().ensureAlpha(0.5).png());
    expect(Array.from(decodePng(bytes, 3).dataSync())).toEqual([...colours]); // alpha is dropped, not blended
    expect(decodePng(await file(picture().png()), 4).arraySync()[0]![0]).toEqual([255, 0, 0, 255]);
    // Rec. 709, as libpng has it: 0.2126 · 255 = 54.2, 0.7152 · 255 = 182.4, 0.0722 · 255 = 18.4
    expect(Array.from(decodePng(bytes, 1).dataSync())).toEqual([54, 182, 18, 255]);
  });

  it("halves 16 bits and looks up palettes", async () => {
    const deep = await file(sharp(Uint16Array.from([0, 0x1234, 0xffff]), { raw: { width: 3, height: 1, channels: 1 } }).toColourspace("grey16").png());
    expect(Array.from(decodePng(deep).dataSync())).toEqual([0, 0x12, 0xff]);
    expect(Array.from(decodePng(await file(picture().png({ palette: true })), 3).dataSync())).toEqual([...colours]);
  });
});

describe("tf.node.decodeJpeg", () => {
  const plain = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: { r: 200, g: 100, b: 50 } } });

  it("gives colours, grey and smaller pictures", async () => {
    const bytes = await file(plain(17, 9).jpeg({ quality: 100, chromaSubsampling: "4:4:4" }));
    const image = decodeJpeg(bytes);
    expect(image.shape).toEqual([9, 17, 3]);
    const [red, green, blue] = image.dataSync();
    expect(Math.max(Math.abs(red! - 200), Math.abs(green! - 100), Math.abs(blue! - 50))).toBeLessThanOrEqual(2);
    const grey = decodeJpeg(bytes, 1);
    expect(grey.shape).toEqual([9, 17, 1]);
    expect(Math.abs(grey.dataSync()[0]! - 124)).toBeLessThanOrEqual(2); // 0.299 · 200 + 0.587 · 100 + 0.114 · 50 = 124.2
    expect(decodeJpeg(bytes, 0, 2).shape).toEqual([5, 9, 3]); // rounded up, as libjpeg does
    expect(decodeJpeg(await file(plain(4, 4).toColourspace("b-w").jpeg())).shape).toEqual([4, 4, 1]);
    expect(decodeJpeg(await file(plain(4, 4).toColourspace("cmyk").jpeg())).shape).toEqual([4, 4, 3]);
  });

  it("leaves a picture as it lies, whatever its EXIF says", async () => {
    expect(decodeJpeg(await file(plain(8, 4).jpeg().withMetadata({ orientation: 6 }))).shape).toEqual([4, 8, 3]);
  });
});

/** A BMP file of the same four colours. */
function bmp(bits: 24 | 32, topDown = false): Uint8Array {
  const bytes = Buffer.alloc(54 + 16);
  bytes.write("BM");
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(2, 18);
  bytes.writeInt32LE(topDown ? -2 : 2, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(bits, 28);
  const rows = topDown ? [0, 1] : [1, 0];
  rows.forEach((row, place) => {
    for (let column = 0; column < 2; column++) {
      const [red, green, blue] = colours.subarray((row * 2 + column) * 3);
      bytes.set([blue!, green!, red!, ...(bits === 32 ? [77] : [])], 54 + place * 8 + (column * bits) / 8);
    }
  });
  return new Uint8Array(bytes);
}

describe("tf.node.decodeBmp", () => {
  it("reads rows from either end, and alpha", () => {
    expect(Array.from(decodeBmp(bmp(24)).dataSync())).toEqual([...colours]);
    expect(Array.from(decodeBmp(bmp(24, true)).dataSync())).toEqual([...colours]);
    expect(decodeBmp(bmp(32)).arraySync()[0]![0]).toEqual([255, 0, 0, 77]);
  });

  it("fails on other kinds, other channels and broken files", () => {
    expect(() => decodeBmp(bmp(24), 4)).toThrow(/asked for 4 channels, but the file has 3/);
    expect(() => decodeBmp(bmp(24).subarray(0, 60))).toThrow(/ends before its last row/);
    expect(() => decodeBmp(bmp(24).subarray(0, 20))).toThrow(/has 20 bytes/);
    const huge = Buffer.from(bmp(24));
    huge.writeInt32LE(1_000_000, 18);
    expect(() => decodeBmp(huge)).toThrow(/1000000 × 2 pixels|ends before/);
    const packed = Buffer.from(bmp(24));
    packed.writeUInt32LE(1, 30);
    expect(() => decodeBmp(packed)).toThrow(/24 bits a pixel and compression 1 are not decoded/);
  });
});

describe("tf.node.decodeGif and decodeImage", () => {
  const animated = async () => {
    const frames = [0, 200].map((value) => sharp({ create: { width: 3, height: 2, channels: 3, background: { r: value, g: 0, b: 0 } } }).png().toBuffer());
    return file(sharp(await Promise.all(frames), { join: { animated: true } }).gif());
  };

  it("gives every frame of a GIF, or the first", async () => {
    const bytes = await animated();
    const frames = decodeGif(bytes);
    expect(frames.shape).toEqual([2, 2, 3, 3]);
    expect([frames.arraySync()[0]![0]![0]![0], frames.arraySync()[1]![0]![0]![0]]).toEqual([0, 200]);
    expect(decodeImage(bytes).shape).toEqual([2, 2, 3, 3]);
    expect(decodeImage(bytes, 0, "int32", false).shape).toEqual([2, 3, 3]);
  });

  it("knows what kind a file is by how it begins", async () => {
    expect(decodeImage(await file(picture().png())).shape).toEqual([2, 2, 3]);
    expect(decodeImage(await file(picture().jpeg()), 1).shape).toEqual([2, 2, 1]);
    expect(decodeImage(bmp(24)).shape).toEqual([2, 2, 3]);
    expect(() => decodeImage(new TextEncoder().encode("a letter"))).toThrow("Expected image (BMP, JPEG, PNG, or GIF), but got unsupported image type.");
  });
});

describe("what is no picture", () => {
  it("fails with an error that says why", async () => {
    const png = await file(picture().png());
    const noise = Uint8Array.from({ length: 30_000 }, (_, at) => (at * 7919) % 251);
    const large = await file(sharp(noise, { raw: { width: 100, height: 100, channels: 3 } }).jpeg());
    expect(() => decodePng(png.subarray(0, 30))).toThrow(EngineError);
    expect(() => decodeJpeg(large.subarray(0, large.length / 2))).toThrow(/could not be decoded/);
    expect(() => decodeJpeg(png)).toThrow("decodeJpeg expected a JPEG file, but this one is PNG.");
    expect(() => decodePng("picture.png" as unknown as Uint8Array)).toThrow(/fs.readFileSync/);
    expect(() => decodePng(png, 2)).toThrow(/not 2/);
    expect(() => decodePng(png, 0, "float32")).toThrow(/int32 only, not float32/);
    expect(() => decodeJpeg(large, 0, 3)).toThrow(/ratio of 1, 2, 4 or 8/);
    expect(decodePng(png).shape).toEqual([2, 2, 3]); // and the decoder goes on
  });

  it("is refused by its header when it has too many pixels", async () => {
    const bomb = await file(sharp({ create: { width: 8_000, height: 7_000, channels: 3, background: "black" } }).png());
    expect(bomb.length).toBeLessThan(1_000_000);
    expect(() => decodePng(bomb)).toThrow(/8000 × 7000 pixels, more than the 50,000,000 that are decoded/);
  });
});

describe("encoding", () => {
  it("writes what decodes to the same values", async () => {
    for (const shape of [[2, 2, 3], [3, 4, 1], [6, 1, 2], [1, 3, 4]] as [number, number, number][]) {
      const image = tf.tensor3d(Array.from({ length: 12 }, (_, at) => at * 20), shape, "int32");
      const decoded = decodePng(await encodePng(image));
      expect([decoded.shape, Array.from(decoded.dataSync())]).toEqual([shape, Array.from(image.dataSync())]);
    }
    const smooth = tf.fill([8, 8, 3], 90, "int32") as tf.Tensor3D;
    expect(Math.abs(decodeJpeg(await encodeJpeg(smooth)).dataSync()[0]! - 90)).toBeLessThanOrEqual(1);
    expect(decodeJpeg(await encodeJpeg(tf.fill([8, 8, 1], 90) as tf.Tensor3D, "grayscale")).shape).toEqual([8, 8, 1]);
  });

  it("says what it cannot write", async () => {
    await expect(encodeJpeg(tf.zeros([2, 2, 4]))).rejects.toThrow("[height, width, 1 or 3], but the image is [2, 2, 4]");
    await expect(encodeJpeg(tf.zeros([2, 2, 3]), "grayscale")).rejects.toThrow(/with 1 for grayscale/);
    await expect(encodeJpeg(tf.zeros([2, 2, 3]), "", 101)).rejects.toThrow(/0 to 100, not 101/);
    await expect(encodePng(tf.zeros([2, 2, 5]))).rejects.toThrow(/\[2, 2, 5\]/);
    await expect(encodePng(tf.zeros([2, 2, 3]), 10)).rejects.toThrow(/0 to 9, not 10/);
  });
});
