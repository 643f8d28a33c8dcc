import { readFile } from "node:fs/promises";
import path from "node:path";
import pLimit from "p-limit";
import { inspectPicture, isRejection } from "#lib/nn/pictures/decode";
import type { Inspected } from "#lib/protocol/child";
import type { ChildContext, Ended } from "./context";

/** Decodes the files it is asked about until the runner ends it. */
export async function inspect(context: ChildContext): Promise<Ended> {
  const limit = pLimit(context.threads);
  context.onRequest((request) => {
    if (request.type !== "inspect") return;
    void limit(async () => {
      const result = await look(request.bytes ?? path.join(context.folders.input, request.file ?? ""));
      await context.send({ type: "inspected", id: request.id, result });
    });
  });
  await context.send({ type: "ready", engine: null });
  return new Promise(() => {});
}

async function look(picture: Uint8Array | string): Promise<Inspected> {
  try {
    const found = await inspectPicture(typeof picture === "string" ? await readFile(picture) : picture);
    if (isRejection(found)) return found;
    const { width, height, pictureHash, sharpness, brightness } = found;
    return { width, height, sharpness, brightness, pictureHash: pictureHash && Buffer.from(pictureHash).toString("hex") };
  } catch (error) {
    return { code: "unreadable", reason: error instanceof Error ? error.message.slice(0, 1000) : "it cannot be read" };
  }
}
