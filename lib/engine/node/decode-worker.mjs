/*
 * Decodes pictures with sharp, whose functions are promises, for a thread that blocks until they are kept. Plain
 * JavaScript, because it must start without a loader. Gives 8-bit values row by row, frame after frame.
 */
import sharp from "sharp";
import { workerData } from "node:worker_threads";

const { port, signal } = workerData;

/** `ratio` shrinks JPEGs, `firstFrame` leaves out all others of a GIF. */
async function decode({ bytes, maxPixels, ratio, firstFrame }) {
  const options = {
    limitInputPixels: maxPixels,
    failOn: "error", // TensorFlow refuses truncated files too
    ignoreIcc: true, // nor does it correct colours
    ...(firstFrame ? { page: 0, pages: 1 } : { pages: -1 }),
  };
  const header = await sharp(bytes, { ...options, limitInputPixels: false }).metadata();
  const frames = header.format === "gif" ? (header.pages ?? 1) : 1;
  const height = header.format === "gif" ? (header.pageHeight ?? header.height) : header.height;
  if (header.width * height * (firstFrame ? 1 : frames) > maxPixels) return { tooLarge: `${header.width} × ${height}${frames > 1 ? ` × ${frames} frames` : ""}` };
  let picture = sharp(bytes, header.format === "gif" ? options : { ...options, pages: 1 });
  picture = picture.toColourspace(header.channels === 1 && !header.isPalette ? "b-w" : "srgb");
  if (ratio > 1) picture = picture.resize({ width: Math.ceil(header.width / ratio), height: Math.ceil(height / ratio), fit: "fill" });
  const { data, info } = await picture.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
  const shown = info.pages && !firstFrame ? info.pages : 1;
  const size = { width: info.width, height: info.height / shown, frames: shown };
  // sharp writes grey with alpha as RGBA, or else without its alpha.
  return header.channels === 2 && info.channels === 4
    ? { ...size, channels: 2, data: Uint8Array.from({ length: data.length / 2 }, (_, at) => data[at * 2 + (at % 2)]) }
    : { ...size, channels: info.channels, data: new Uint8Array(data) };
}

port.on("message", async (request) => {
  let answer;
  try {
    answer = await decode(request);
  } catch (cause) {
    answer = { error: cause instanceof Error ? cause.message : String(cause) };
  }
  port.postMessage(answer, answer.data ? [answer.data.buffer] : []);
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
});
