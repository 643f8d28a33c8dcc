import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";

const labels = 10;

/** JPEGs of 64 px, about 2 KiB each, no two alike, in a folder for each of ten labels. */
export async function generatePictures(folder: string, count: number): Promise<void> {
  for (let label = 0; label < labels; label++) await mkdir(path.join(folder, `label-${label}`), { recursive: true });
  let next = 0;
  const work = async () => {
    for (let i = next++; i < count; i = next++) await writeFile(path.join(folder, `label-${i % labels}`, `${i}.jpg`), await picture(i));
  };
  await Promise.all(Array.from({ length: 8 }, work));
}

/** An 8 × 8 mosaic of colours that the number chooses, scaled up. */
function picture(number: number): Promise<Buffer> {
  const mosaic = new Uint8Array(8 * 8 * 3);
  let state = number + 1;
  for (let i = 0; i < mosaic.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0; // Numerical Recipes' generator
    mosaic[i] = state >>> 24;
  }
  return sharp(mosaic, { raw: { width: 8, height: 8, channels: 3 } }).resize(64, 64, { kernel: "cubic" }).jpeg({ quality: 80 }).toBuffer();
}
