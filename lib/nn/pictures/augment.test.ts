import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomStream } from "../random";
import { chooseCrop, flipHorizontally, jitterColors, type Augmentation } from "./augment";

const augmentation: Augmentation = { cropScale: [0.35, 1], aspectRatio: [3 / 4, 4 / 3], flip: 0.5, colorJitter: 0 };

describe("chooseCrop", () => {
  it("stays inside the picture, whatever its shape", () => {
    const side = fc.integer({ min: 1, max: 3000 });
    fc.assert(
      fc.property(side, side, fc.integer(), (width, height, seed) => {
        const crop = chooseCrop(width, height, augmentation, randomStream(seed));
        expect(crop.width).toBeGreaterThanOrEqual(1);
        expect(crop.height).toBeGreaterThanOrEqual(1);
        expect(crop.left).toBeGreaterThanOrEqual(0);
        expect(crop.top).toBeGreaterThanOrEqual(0);
        expect(crop.left + crop.width).toBeLessThanOrEqual(width);
        expect(crop.top + crop.height).toBeLessThanOrEqual(height);
      }),
    );
  });

  it("keeps the asked share of the area and the asked ratio", () => {
    for (let seed = 0; seed < 500; seed++) {
      const { width, height } = chooseCrop(400, 300, augmentation, randomStream(seed));
      const share = (width * height) / (400 * 300);
      expect(share).toBeGreaterThan(0.34);
      expect(share).toBeLessThanOrEqual(1);
      expect(width / height).toBeGreaterThan(0.74);
      expect(width / height).toBeLessThan(1.35);
    }
  });

  it("falls back to the widest allowed centre of a panorama", () => {
    // Full area at a ratio of at most 4/3 never fits 1000×100; the fallback is 133×100 in the middle.
    const panorama = chooseCrop(1000, 100, { ...augmentation, cropScale: [1, 1] }, randomStream(1));
    expect(panorama).toEqual({ left: 433, top: 0, width: 133, height: 100 });
  });
});

it("mirrors rows, pixel by pixel", () => {
  const pixels = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 23, 24, 25, 26, 27, 28, 29);
  flipHorizontally(pixels, 3);
  expect([...pixels]).toEqual([7, 8, 9, 4, 5, 6, 1, 2, 3, 17, 18, 19, 14, 15, 16, 11, 12, 13, 27, 28, 29, 24, 25, 26, 21, 22, 23]);
});

describe("jitterColors", () => {
  it("leaves a picture alone at strength 0", () => {
    const pixels = Uint8Array.from({ length: 300 }, (_, i) => (i * 7) % 256);
    const same = pixels.slice();
    jitterColors(same, 0, randomStream(1));
    expect(same).toEqual(pixels);
  });

  it("keeps grey grey and changes it by no more than its strength allows", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), fc.integer(), (grey, seed) => {
        const pixels = new Uint8Array(12).fill(grey);
        jitterColors(pixels, 0.2, randomStream(seed));
        expect(new Set(pixels).size).toBe(1);
        // An even picture has no contrast and no saturation: brightness alone moves it, by a factor in [0.8, 1.2].
        expect(pixels[0]).toBeGreaterThanOrEqual(Math.floor(grey * 0.8));
        expect(pixels[0]).toBeLessThanOrEqual(Math.min(255, Math.ceil(grey * 1.2)));
      }),
    );
  });
});
