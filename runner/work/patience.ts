import { setTimeout as sleep } from "node:timers/promises";
import { isDatabaseUnreachable } from "#lib/data/database-error";
import { LatheError } from "#lib/domain/errors";

const firstWaitMs = 250;
const longestWaitMs = 4_000;

/**
 * Does it again while PostgreSQL cannot be reached: what a job has made must not be lost because the database restarts.
 * @param signal gives up, throwing its reason
 */
export async function untilDatabaseAnswers<T>(act: () => Promise<T>, signal: AbortSignal): Promise<T> {
  return repeat(act, isDatabaseUnreachable, Infinity, signal);
}

/** Does it again for up to a minute while the object store cannot be reached or a connection breaks in the middle. */
export async function untilStoreAnswers<T>(act: () => Promise<T>, signal: AbortSignal): Promise<T> {
  return repeat(act, isPassing, 60_000, signal);
}

function isPassing(error: unknown): boolean {
  if (error instanceof LatheError) return error.code === "store_unreachable";
  const { code } = error as { code?: unknown };
  return code === "ECONNRESET" || code === "EPIPE" || code === "ERR_STREAM_PREMATURE_CLOSE";
}

async function repeat<T>(act: () => Promise<T>, passing: (error: unknown) => boolean, forMs: number, signal: AbortSignal): Promise<T> {
  const endMs = Date.now() + forMs;
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(longestWaitMs, waitMs * 2)) {
    signal.throwIfAborted();
    try {
      return await act();
    } catch (error) {
      signal.throwIfAborted();
      if (!passing(error) || Date.now() + waitMs > endMs) throw error;
    }
    await sleep(waitMs, undefined, { signal });
  }
}
