import { setTimeout as delay } from "node:timers/promises";

/** An answer of the object store that is worth another try, or not. */
export class StoreAnswer extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const tries = 5;

/**
 * Tries again after network errors, 429 and 5xx, with back-off, and after 403 with a fresh address, because a presigned
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
  if (error instanceof StoreAnswer) return error.status >= 500 ? error.status !== 501 && error.status !== 507 : error.status === 429 || (error.status === 403 && attempt === 0);
  return error instanceof TypeError || (error as NodeJS.ErrnoException).code === "ECONNRESET";
}

/** The code and message out of S3's XML error, for a person. */
export async function storeAnswer(response: Response): Promise<StoreAnswer> {
  const text = (await response.text()).slice(0, 4096);
  const message = /<Message>([^<]*)<\/Message>/.exec(text)?.[1] ?? response.statusText;
  const code = /<Code>([^<]*)<\/Code>/.exec(text)?.[1] ?? String(response.status);
  return new StoreAnswer(response.status, `the object store answered ${code}: ${message}`);
}

/** `fetch failed` hides why; the cause says it. */
export function reasonOf(error: unknown): string {
  const cause = (error as { cause?: unknown }).cause;
  if (error instanceof TypeError && cause instanceof Error) return `the object store cannot be reached (${cause.message})`;
  return error instanceof Error ? error.message : String(error);
}
