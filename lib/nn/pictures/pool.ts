import { Worker } from "node:worker_threads";
import { LatheError } from "#lib/domain/errors";
import type { WorkerReply, WorkerRequest, WorkerSetup } from "./worker-messages";

type Waiting = { resolve(pixels: Uint8Array): void; reject(error: Error): void };

/** What a cancelled request rejects with; whoever cancelled no longer listens. */
class Cancelled extends Error {}

/** Worker threads that prepare pictures. A picture always goes to the same worker, so that each is cached once. */
export class PicturePool {
  #workers: Worker[];
  #waiting = new Map<number, Waiting>();
  #nextId = 0;
  #broken: Error | null = null;

  constructor(setup: WorkerSetup, count: number) {
    const workerData: WorkerSetup = { ...setup, cacheBytes: Math.floor(setup.cacheBytes / count) };
    this.#workers = Array.from({ length: count }, () => {
      const worker = new Worker(new URL("./worker-start.mjs", import.meta.url), { workerData, execArgv: [] });
      worker.on("message", (reply: WorkerReply) => this.#settle(reply));
      worker.on("error", (error) => this.#break(error));
      worker.on("exit", (code) => this.#break(new Error(`a picture worker ended with code ${code}`)));
      // Waiting requests keep the process alive, idle workers don't.
      worker.unref();
      return worker;
    });
  }

  /** One request's pictures, joined in the order of `indexes`: [indexes.length, S, S, 3]. */
  prepare(indexes: readonly number[], augment: { epoch: number; imageSize: number } | null): { pixels: Promise<Uint8Array>; cancel(): void } {
    const parts = this.#workers
      .map((worker, number) => ({
        worker,
        id: this.#nextId++,
        places: [...indexes.keys()].filter((place) => indexes[place]! % this.#workers.length === number),
      }))
      .filter(({ places }) => places.length > 0);
    const replies = parts.map(({ worker, id, places }) => {
      return this.#ask(worker, { type: "prepare", id, indexes: places.map((place) => indexes[place]!), augment });
    });
    const pixels = Promise.all(replies).then((pieces) => join(pieces, parts.map(({ places }) => places), indexes.length));
    // A batch nobody takes any more must not end the process when it fails.
    pixels.catch(() => undefined);
    return { pixels, cancel: () => parts.forEach(({ worker, id }) => this.#cancel(worker, id)) };
  }

  async close(): Promise<void> {
    this.#break(new Cancelled("the pictures were closed"));
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #ask(worker: Worker, request: Extract<WorkerRequest, { type: "prepare" }>): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (this.#broken) return reject(this.#broken);
      if (this.#waiting.size === 0) this.#workers.forEach((each) => each.ref());
      this.#waiting.set(request.id, { resolve, reject });
      worker.postMessage(request);
    });
  }

  #cancel(worker: Worker, id: number): void {
    if (this.#waiting.has(id)) worker.postMessage({ type: "cancel", id } satisfies WorkerRequest);
  }

  #settle(reply: WorkerReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#workers.forEach((each) => each.unref());
    if (reply.type === "prepared") waiting?.resolve(reply.pixels);
    else if (reply.type === "cancelled") waiting?.reject(new Cancelled("cancelled"));
    else waiting?.reject(unreadable(reply.key, reply.reason));
  }

  #break(error: Error): void {
    this.#broken ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#broken);
    this.#waiting.clear();
  }
}

function join(pieces: readonly Uint8Array[], placesOf: readonly number[][], count: number): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0) / count;
  const result = new Uint8Array(size * count);
  pieces.forEach((piece, part) => {
    placesOf[part]!.forEach((place, i) => result.set(piece.subarray(i * size, (i + 1) * size), place * size));
  });
  return result;
}

function unreadable(key: string, reason: string): LatheError {
  return new LatheError({
    code: "picture_unreadable",
    message: `The picture "${key}" cannot be used: ${reason}.`,
    nextStep: "Replace or remove it, make a new version of the dataset, and start again.",
    status: 422,
  });
}
