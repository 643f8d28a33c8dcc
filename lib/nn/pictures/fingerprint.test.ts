import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { inspectPicture, isRejection } from "./decode";

/** A picture with something on it: rings and a slope, the same for the same seed. */
function scene(seed: number, width = 320, height = 240): Buffer {
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [x / width - 0.3 - (seed % 5) * 0.1, y / height - 0.5];
      const value = 128 + 70 * Math.sin(20 * Math.hypot(u, v * (1 + seed / 9)) + seed) + 40 * Math.sin(9 * u * seed + 5 * v);
      pixels.fill(Math.max(0, Math.min(255, value)), (y * width + x) * 3, (y * width + x) * 3 + 3);
    }
  }
  return pixels;
}

const picture = (seed: number) => sharp(scene(seed), { raw: { width: 320, height: 240, channels: 3 } });

async function look(bytes: Buffer) {
  const found = await inspectPicture(bytes);
  if (isRejection(found)) throw new Error(found.reason);
  return found;
}

function differing(a: Uint8Array | null, b: Uint8Array | null): number {
  let bits = 0;
  for (let i = 0; i < 32; i++) for (let x = a![i]! ^ b![i]!; x; x &= x - 1) bits++;
  return bits;
}

describe("a picture's fingerprint", () => {
  it("hardly changes with size, quality, format and brightness, and differs between pictures", async () => {
    const original = await look(await picture(3).png().toBuffer());
    const copies = await Promise.all([
      picture(3).resize(190).jpeg({ quality: 50 }).toBuffer(),
      picture(3).webp({ quality: 60 }).toBuffer(),
      picture(3).modulate({ brightness: 1.1 }).jpeg().toBuffer(),
    ]);
    for (const copy of copies) expect(differing(original.pictureHash, (await look(copy)).pictureHash)).toBeLessThanOrEqual(16);
    const other = await look(await picture(7).png().toBuffer());
    expect(differing(original.pictureHash, other.pictureHash)).toBeGreaterThan(64);
  });

  it("has no hash for a picture with nothing on it, whatever its colour or size", async () => {
    for (const background of ["white", "#204060"]) {
      const plain = await look(await sharp({ create: { width: 90, height: 60, channels: 3, background } }).jpeg().toBuffer());
      expect(plain.pictureHash).toBeNull();
      expect(plain.sharpness).toBeCloseTo(0, 6);
    }
    expect((await look(await sharp({ create: { width: 1, height: 1, channels: 3, background: "red" } }).png().toBuffer())).pictureHash).toBeNull();
  });

  it("says how sharp and how bright it is", async () => {
    const stripes = () => sharp(Buffer.from(Array.from({ length: 96 * 96 }, (_, i) => (Math.floor(i / 4) % 2 ? 220 : 30))), { raw: { width: 96, height: 96, channels: 1 } });
    const sharpOne = await look(await stripes().png().toBuffer());
    const blurred = await look(await stripes().blur(3).png().toBuffer());
    expect(blurred.sharpness).toBeLessThan(sharpOne.sharpness / 2);
    const grey = await look(await sharp({ create: { width: 40, height: 40, channels: 3, background: "rgb(51,51,51)" } }).png().toBuffer());
    // 51 / 255
    expect(grey.brightness).toBeCloseTo(0.2, 2);
  });

  it("is upright, as the picture is seen", async () => {
    const upright = await look(await picture(3).jpeg({ quality: 95 }).toBuffer());
    const turned = await look(await picture(3).rotate(90).jpeg({ quality: 95 }).withMetadata({ orientation: 8 }).toBuffer());
    expect(differing(upright.pictureHash, turned.pictureHash)).toBeLessThanOrEqual(8);
  });
});
