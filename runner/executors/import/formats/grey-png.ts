import { deflateSync, inflateSync } from "node:zlib";

const signature = Buffer.from("89504e470d0a1a0a", "hex");

/** PNG specification, annex D. */
const crcs = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
  return crc >>> 0;
});

/** A grey picture as a PNG, always the same bytes for the same pixels. @param pixels row by row, 0 black to 255 white */
export function greyPng(pixels: Uint8Array, width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits, grey, deflate, filters by row, not interlaced
  header.set([8, 0, 0, 0, 0], 8);
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", deflateSync(rows, { level: 6 })), chunk("IEND", Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const frame = Buffer.alloc(12 + data.length);
  frame.writeUInt32BE(data.length, 0);
  frame.write(type, 4, "latin1");
  data.copy(frame, 8);
  let crc = 0xffff_ffff;
  for (let i = 4; i < 8 + data.length; i++) crc = crcs[(crc ^ frame[i]!) & 255]! ^ (crc >>> 8);
  frame.writeUInt32BE((crc ^ 0xffff_ffff) >>> 0, 8 + data.length);
  return frame;
}

export type GreyPicture = { width: number; height: number; pixels: Uint8Array };

/**
 * The pixels of a grey PNG of 8 bits that is not interlaced: those that `greyPng` writes, and most others of that kind.
 * @param maxPixels a larger one is not unpacked. @returns null when it is anything else
 */
export function readGreyPng(bytes: Buffer, maxPixels: number): GreyPicture | null {
  if (!bytes.subarray(0, 8).equals(signature)) return null;
  const data: Buffer[] = [];
  let size: { width: number; height: number } | null = null;
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString("latin1", at + 4, at + 8);
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (content.length < length) return null;
    if (type === "IHDR") {
      if (length !== 13 || !content.subarray(8).equals(Buffer.from([8, 0, 0, 0, 0]))) return null;
      size = { width: content.readUInt32BE(0), height: content.readUInt32BE(4) };
      if (size.width * size.height < 1 || size.width * size.height > maxPixels) return null;
    } else if (type === "IDAT") data.push(content);
    at += 12 + length;
  }
  if (!size) return null;
  const rowBytes = size.width + 1;
  let rows: Buffer;
  try {
    rows = inflateSync(Buffer.concat(data), { maxOutputLength: rowBytes * size.height });
  } catch {
    return null;
  }
  if (rows.length !== rowBytes * size.height) return null;
  const pixels = new Uint8Array(size.width * size.height);
  for (let y = 0; y < size.height; y++) if (!unfilter(rows.subarray(y * rowBytes, (y + 1) * rowBytes), pixels, y * size.width, size.width)) return null;
  return { ...size, pixels };
}

/** PNG specification, section 9: a row from its filtered bytes, the first of which names the filter. */
function unfilter(row: Buffer, pixels: Uint8Array, start: number, width: number): boolean {
  const filter = row[0]!;
  for (let x = 0; x < width; x++) {
    const left = x > 0 ? pixels[start + x - 1]! : 0;
    const up = start > 0 ? pixels[start + x - width]! : 0;
    const corner = x > 0 && start > 0 ? pixels[start + x - width - 1]! : 0;
    const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
    if (predicted === undefined) return false;
    pixels[start + x] = row[x + 1]! + predicted;
  }
  return true;
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}
