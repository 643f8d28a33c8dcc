import { deflateSync } from "node:zlib";

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
