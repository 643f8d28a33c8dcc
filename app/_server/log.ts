import { pino, type Logger } from "pino";

export type Log = Logger;

/**
 * JSON lines on stdout. Requests are logged by path without their query: codes and signatures stand there. What still
 * carries a secret is blanked.
 */
export function createLog(level: string = process.env.LATHE_LOG_LEVEL || "info"): Log {
  return pino({
    level,
    base: { process: "web" },
    redact: {
      paths: ["authorization", "cookie", "*.authorization", "*.cookie", "headers", "*.headers", "token", "*.token", "url", "*.url", "err.config"],
      censor: "[left out]",
    },
    serializers: { err: describe },
  });
}

/** Of an error what helps: never the request that a library hung on it. */
function describe(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: withoutQueries(error.message),
    ...(typeof code === "string" ? { code } : {}),
    ...(depth === 0 && error.stack ? { stack: withoutQueries(error.stack) } : {}),
    ...(error.cause && depth < 3 ? { cause: describe(error.cause, depth + 1) } : {}),
  };
}

function withoutQueries(text: string): string {
  return text.replace(/(https?:\/\/[^\s?"']+)\?[^\s"']*/g, "$1?…").replace(/(postgres(?:ql)?:\/\/[^:\s]+):[^@\s]+@/g, "$1:…@");
}
