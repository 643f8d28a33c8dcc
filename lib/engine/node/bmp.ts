import { EngineError } from "../engine-error";
import { mostPixels, type Pixels } from "./decode-sync";

/*
 * sharp reads no BMP. This reads what TensorFlow reads: uncompressed, with 8, 24 or 32 bits a pixel, where 8 bits are a
 * grey value. https://learn.microsoft.com/windows/win32/gdi/bitmap-storage
 */
const headerBytes = 54;

/** @throws EngineError if it is broken, too large or of another kind */
export function decodeBmpPixels(bytes: Uint8Array): Pixels {
  if (bytes.length < headerBytes) throw broken(`it has ${bytes.length} bytes, its header alone ${headerBytes}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = view.getUint32(10, true);
  const width = view.getInt32(18, true);
  const signedHeight = view.getInt32(22, true); // negative: the first row is the top one
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  if (![8, 24, 32].includes(bits) || compression !== 0) {
    throw new EngineError(`BMP files with ${bits} bits a pixel and compression ${compression} are not decoded, only uncompressed ones of 8, 24 or 32 bits. Save the picture as PNG.`);
  }
  const height = Math.abs(signedHeight);
  if (width <= 0 || height === 0) throw broken(`its size is ${width} × ${signedHeight}`);
  if (width * height > mostPixels) {
    throw new EngineError(`The picture has ${width} × ${height} pixels, more than the ${mostPixels.toLocaleString("en")} that are decoded. Make it smaller first.`);
  }
  const channels = bits / 8;
  const rowBytes = Math.ceil((width * channels) / 4) * 4;
  if (start + rowBytes * (height - 1) + width * channels > bytes.length) throw broken("it ends before its last row");
  const data = new Uint8Array(width * height * channels);
  for (let row = 0; row < height; row++) {
    const source = start + rowBytes * (signedHeight < 0 ? row : height - 1 - row);
    const target = row * width * channels;
    data.set(bytes.subarray(source, source + width * channels), target);
    if (channels < 3) continue;
    for (let at = target; at < target + width * channels; at += channels) [data[at], data[at + 2]] = [data[at + 2]!, data[at]!]; // BGR → RGB
  }
  return { data, width, height, frames: 1, channels };
}

function broken(why: string): EngineError {
  return new EngineError(`The picture could not be decoded: ${why}. Check that the file is whole.`);
}
