import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from "node:worker_threads";
import { EngineError } from "../engine-error";

/** 8-bit values, [frames, height, width, channels]. */
export type Pixels = { data: Uint8Array; width: number; height: number; frames: number; channels: number };
export type DecodeOptions = { ratio?: number; firstFrame?: boolean };
type Answer = Pixels | { error: string } | { tooLarge: string };

/** In all frames together; as int32 with three channels they take 600 MB. */
export const mostPixels = 50_000_000;
const mostMs = 120_000;

let decoder: { port: MessagePort; signal: Int32Array } | null = null;

/**
 * Decodes a JPEG, PNG or GIF. Blocks: TensorFlow.js' decoders return tensors, not promises, while sharp has promises
 * only; so sharp runs in a worker thread, and this one waits for it.
 *
 * @throws EngineError if it is no picture, a broken one, or too large
 */
export function decodeSync(bytes: Uint8Array, { ratio = 1, firstFrame = false }: DecodeOptions = {}): Pixels {
  const { port, signal } = (decoder ??= startDecoder());
  Atomics.store(signal, 0, 0);
  port.postMessage({ bytes, maxPixels: mostPixels, ratio, firstFrame });
  if (Atomics.wait(signal, 0, 0, mostMs) === "timed-out") {
    decoder = null; // its answer, should it come, is nobody's
    throw new EngineError(`The picture was not decoded within ${mostMs / 1000} s. Try a smaller one.`);
  }
  const { message: answer } = receiveMessageOnPort(port) as { message: Answer };
  if ("error" in answer) throw new EngineError(`The picture could not be decoded: ${answer.error}. Check that the file is whole.`);
  if ("tooLarge" in answer) {
    throw new EngineError(`The picture has ${answer.tooLarge} pixels, more than the ${mostPixels.toLocaleString("en")} that are decoded. Make it smaller first.`);
  }
  return answer;
}

function startDecoder(): { port: MessagePort; signal: Int32Array } {
  const { port1, port2 } = new MessageChannel();
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL("decode-worker.mjs", import.meta.url), {
    workerData: { port: port2, signal },
    transferList: [port2],
    execArgv: [], // the loaders of this thread are not for that one
  });
  worker.unref();
  port1.unref();
  return { port: port1, signal };
}
