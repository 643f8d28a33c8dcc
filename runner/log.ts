import { pino, type Logger } from "pino";

export type Log = Logger;

/** JSON lines on stdout; addresses lose their passwords and queries. */
export function createLog(level: string = process.env.LATHE_LOG_LEVEL || "info"): Log {
  return pino({
    level,
    base: { process: "runner" },
    redact: { paths: ["token", "*.token", "auth", "*.auth"], censor: "[left out]" },
    serializers: { err: (error: unknown) => describe(error, 0) },
  });
}

function describe(error: unknown, depth: number): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: withoutSecrets(error.message),
    ...(typeof code === "string" ? { code } : {}),
    ...(depth === 0 && error.stack ? { stack: withoutSecrets(error.stack) } : {}),
    ...(error.cause && depth < 3 ? { cause: describe(error.cause, depth + 1) } : {}),
  };
}

function withoutSecrets(text: string): string {
  return text.replace(/(https?:\/\/[^\s?"']+)\?[^\s"']*/g, "$1?…").replace(/(postgres(?:ql)?:\/\/[^:\s]+):[^@\s]+@/g, "$1:…@");
}
