import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";

/** Classes that a small network tells apart in seconds: the colour and the shape differ. One has a Chinese name. */
export const labels = ["冰淇淋", "doughnut", "sandwich"] as const;

const shapes: Record<(typeof labels)[number], (x: number, y: number, hue: number) => string> = {
  冰淇淋: (x, y, hue) => `<polygon points="${x},${y + 34} ${x - 22},${y - 14} ${x + 22},${y - 14}" fill="hsl(${20 + hue} 80% 55%)"/>`,
  doughnut: (x, y, hue) => `<circle cx="${x}" cy="${y}" r="22" fill="none" stroke="hsl(${300 + hue} 70% 50%)" stroke-width="14"/>`,
  sandwich: (x, y, hue) => `<rect x="${x - 26}" y="${y - 18}" width="52" height="36" fill="hsl(${110 + hue} 60% 42%)"/>`,
};

/** A picture of the label; the same number draws the same picture. */
export function drawPicture(label: (typeof labels)[number], number: number): Promise<Buffer> {
  const spread = (salt: number, range: number): number => ((number * 7919 + salt * 104729) % 1000) / 1000 * range - range / 2;
  const ground = 70 + spread(1, 40);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="96">
    <rect width="120" height="96" fill="hsl(${200 + spread(2, 60)} 20% ${ground}%)"/>
    ${shapes[label](60 + spread(3, 30), 48 + spread(4, 20), spread(5, 16))}</svg>`;
  return sharp(Buffer.from(svg)).jpeg({ quality: 85 }).toBuffer();
}

/**
 * A folder as a person has one: labels as folders, one level more in some, and files that are not pictures.
 * @returns how many files are pictures, and which are not, by path below the folder
 */
export async function makePictureFolder(root: string, perLabel: number): Promise<{ pictures: number; bad: string[] }> {
  for (const label of labels) {
    await mkdir(path.join(root, label, "更多"), { recursive: true });
    for (let i = 0; i < perLabel; i++) {
      const name = i % 5 === 0 ? path.join("更多", `图 ${i}.jpg`) : `${i}.jpg`;
      await writeFile(path.join(root, label, name), await drawPicture(label, i + labels.indexOf(label) * 1000));
    }
  }
  const whole = await drawPicture("doughnut", 5000);
  await writeFile(path.join(root, "doughnut", "renamed-text.jpg"), "this is a shopping list, not a picture");
  await writeFile(path.join(root, "doughnut", "empty.jpg"), "");
  await writeFile(path.join(root, "sandwich", "cut-off.jpg"), whole.subarray(0, Math.floor(whole.length / 2)));
  await writeFile(path.join(root, "sandwich", "huge.png"), pngHeader(60_000, 60_000));
  return {
    pictures: perLabel * labels.length,
    bad: ["doughnut/renamed-text.jpg", "doughnut/empty.jpg", "sandwich/cut-off.jpg", "sandwich/huge.png"],
  };
}

/** The first bytes of a PNG that claims this many pixels; decoding it would take gigabytes. */
export function pngHeader(width: number, height: number): Buffer {
  const ihdr = Buffer.alloc(13);
  ihdr.writeUInt32BE(width, 0);
  ihdr.writeUInt32BE(height, 4);
  ihdr.set([8, 2, 0, 0, 0], 8);
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const framed = Buffer.alloc(body.length + 8);
    framed.writeUInt32BE(data.length, 0);
    body.copy(framed, 4);
    framed.writeUInt32BE(crc32(body), body.length + 4);
    return framed;
  };
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk("IHDR", ihdr), chunk("IDAT", Buffer.alloc(16)), chunk("IEND", Buffer.alloc(0))]);
}

/** CRC-32 as PNG (ISO 3309) has it; node:zlib's own comes with Node 22. */
function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
