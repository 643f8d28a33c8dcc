import type { IncomingMessage } from "node:http";
import { LatheError } from "#lib/domain/errors";
import { formatBytes } from "#lib/domain/units";

/** @throws LatheError 413 as soon as more than `limitBytes` are announced or have come */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer<ArrayBuffer>> {
  if (Number(request.headers["content-length"] ?? 0) > limitBytes) throw tooLarge(limitBytes);
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      if (sizeBytes > limitBytes) throw tooLarge(limitBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof LatheError) throw error;
    throw new LatheError({
      code: "request_aborted",
      message: "The connection ended before the whole request had come.",
      nextStep: "Send it again.",
      cause: error,
    });
  }
  return Buffer.concat(chunks);
}

/** @returns {} for an empty body. @throws LatheError `invalid_json` */
export async function readJson(request: IncomingMessage, limitBytes: number): Promise<unknown> {
  const text = (await readBody(request, limitBytes)).toString("utf8");
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new LatheError({
      code: "invalid_json",
      message: "The body is not valid JSON.",
      nextStep: "Send a JSON object with content-type application/json.",
      cause: error,
    });
  }
}

function tooLarge(limitBytes: number): LatheError {
  return new LatheError({
    code: "body_too_large",
    message: `The body is larger than ${formatBytes(limitBytes)}.`,
    nextStep: "Send less at a time.",
    status: 413,
  });
}
