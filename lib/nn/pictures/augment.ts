import type { RandomStream } from "../random";

/** How a training picture is varied each time it is seen. */
export type Augmentation = {
  /** share of the picture's area that a crop keeps: from, to */
  cropScale: readonly [number, number];
  /** of the crop before it is made square: from, to */
  aspectRatio: readonly [number, number];
  /** mirrored left to right with this probability */
  flip: number;
  /** brightness, contrast and saturation by a factor in 1 ± this; 0 leaves colours alone */
  colorJitter: number;
};

export type Crop = { left: number; top: number; width: number; height: number };

/**
 * A random part of the picture: area and aspect ratio drawn as torchvision's RandomResizedCrop does (Szegedy et al.,
 * 2014, section 6), ten tries, else the largest centred part whose ratio is allowed.
 */
export function chooseCrop(width: number, height: number, { cropScale, aspectRatio }: Augmentation, random: RandomStream): Crop {
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = width * height * random.between(cropScale[0], cropScale[1]);
    const ratio = Math.exp(random.between(Math.log(aspectRatio[0]), Math.log(aspectRatio[1])));
    const cropWidth = Math.round(Math.sqrt(area * ratio));
    const cropHeight = Math.round(Math.sqrt(area / ratio));
    if (cropWidth < 1 || cropHeight < 1 || cropWidth > width || cropHeight > height) continue;
    const left = random.index(width - cropWidth + 1);
    const top = random.index(height - cropHeight + 1);
    return { left, top, width: cropWidth, height: cropHeight };
  }
  const cropWidth = Math.max(1, Math.min(width, Math.round(height * aspectRatio[1])));
  const cropHeight = Math.max(1, Math.min(height, Math.round(width / aspectRatio[0])));
  const [left, top] = [Math.floor((width - cropWidth) / 2), Math.floor((height - cropHeight) / 2)];
  return { left, top, width: cropWidth, height: cropHeight };
}

/** Mirrors [side, side, 3] left to right, in place. */
export function flipHorizontally(pixels: Uint8Array, side: number): void {
  for (let row = 0; row < side; row++) {
    let left = row * side * 3;
    let right = left + (side - 1) * 3;
    for (; left < right; left += 3, right -= 3) {
      for (let channel = 0; channel < 3; channel++) {
        const kept = pixels[left + channel]!;
        pixels[left + channel] = pixels[right + channel]!;
        pixels[right + channel] = kept;
      }
    }
  }
}

/**
 * Changes brightness, then contrast around the picture's mean grey, then saturation, each by its own random factor in
 * 1 ± `strength`, in place. Grey is ITU-R 601's luma, as everywhere in photographs' software.
 */
export function jitterColors(pixels: Uint8Array, strength: number, random: RandomStream): void {
  const brightness = random.between(1 - strength, 1 + strength);
  const contrast = random.between(1 - strength, 1 + strength);
  const saturation = random.between(1 - strength, 1 + strength);
  let sum = 0;
  for (let i = 0; i < pixels.length; i += 3) sum += luma(pixels[i]!, pixels[i + 1]!, pixels[i + 2]!);
  // Brightness and contrast together are one straight line per value.
  const slope = brightness * contrast;
  const offset = ((brightness * sum) / (pixels.length / 3)) * (1 - contrast);
  for (let i = 0; i < pixels.length; i += 3) {
    const red = pixels[i]! * slope + offset;
    const green = pixels[i + 1]! * slope + offset;
    const blue = pixels[i + 2]! * slope + offset;
    const grey = luma(red, green, blue);
    pixels[i] = clamp(grey + (red - grey) * saturation);
    pixels[i + 1] = clamp(grey + (green - grey) * saturation);
    pixels[i + 2] = clamp(grey + (blue - grey) * saturation);
  }
}

function luma(red: number, green: number, blue: number): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : Math.round(value);
}
