import { setTimeout as delay } from "node:timers/promises";
import { ApiError } from "#lib/sdk/client";

/** An answer of the object store that is no success. */
export class StoreAnswer extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const tries = 5;

/** What Node says when a line breaks, or none comes about. */
const brokenLine = new Set([
  "ECONNRESET", "ECONNREFUSED", "ECONNABORTED", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EAI_AGAIN", "ENOTFOUND",
  "ERR_STREAM_PREMATURE_CLOSE",
]);

/**
 * Tries again after broken lines, 408, 429 and 5xx, with back-off, and after 403 with a fresh address, because a presigned
 * one runs out.
 * @param act is told which try it is, from 0
 */
export async function withRetry<T>(act: (attempt: number) => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await act(attempt);
    } catch (error) {
      if (attempt + 1 >= tries || !worthRetrying(error, attempt)) throw error;
      await delay(200 * 2 ** attempt * (0.5 + Math.random()));
    }
  }
}

function worthRetrying(error: unknown, attempt: number): boolean {
  if (error instanceof ApiError) return error.status === 0 || passes(error.status);
  if (error instanceof StoreAnswer) return passes(error.status) || error.code === "RequestTimeout" || (error.status === 403 && attempt === 0);
  return isBrokenLine(error);
}

/** 501 and 507 say the same tomorrow. */
function passes(status: number): boolean {
  return status >= 500 ? status !== 501 && status !== 507 : status === 429 || status === 408;
}

export function isBrokenLine(error: unknown): boolean {
  return brokenLine.has((error as NodeJS.ErrnoException).code ?? "");
}

export function reasonOf(error: unknown): string {
  if (isBrokenLine(error)) {
    const { message, code } = error as NodeJS.ErrnoException;
    return `the object store cannot be reached (${message || code})`;
  }
  if (error instanceof ApiError) return `${error.message} ${error.nextStep}`;
  return error instanceof Error ? error.message : String(error);
}
