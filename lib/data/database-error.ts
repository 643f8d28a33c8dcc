import { LatheError } from "#lib/domain/errors";

const connectionCodes = new Set([
  "ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EHOSTUNREACH", "EAI_AGAIN", "ENOENT",
  // PostgreSQL's own: shutting down, starting up, connection failures, too many connections
  "57P01", "57P02", "57P03", "08000", "08001", "08003", "08004", "08006", "53300",
  // Prisma's
  "P1000", "P1001", "P1002", "P1008", "P1011", "P1017", "P2024",
]);

const connectionKinds = new Set(["DatabaseNotReachable", "ConnectionClosed", "SocketTimeout", "TooManyConnections", "TlsConnectionError"]);

const connectionWords =
  /Connection terminated|terminating connection|connection timeout|timeout exceeded when trying to connect|Can't reach database|Server has closed the connection|the database system is (starting|shutting)|not queryable|Unable to start a transaction|Client was closed/i;

/** Did this fail because PostgreSQL cannot be reached now, and not because of what was asked? */
export function isDatabaseUnreachable(error: unknown, depth = 0): boolean {
  if (typeof error !== "object" || error === null || depth > 5) return false;
  const { code, message, kind, cause, errors, originalCode } = error as Record<string, unknown>;
  if (typeof code === "string" && connectionCodes.has(code)) return true;
  if (typeof originalCode === "string" && connectionCodes.has(originalCode)) return true;
  if (typeof kind === "string" && connectionKinds.has(kind)) return true;
  if (typeof message === "string" && connectionWords.test(message)) return true;
  if (Array.isArray(errors) && errors.some((inner) => isDatabaseUnreachable(inner, depth + 1))) return true;
  const meta = (error as { meta?: { driverAdapterError?: unknown } }).meta?.driverAdapterError;
  return isDatabaseUnreachable(cause, depth + 1) || isDatabaseUnreachable(meta, depth + 1);
}

export function databaseUnreachable(cause: unknown): LatheError {
  return new LatheError({
    code: "database_unreachable",
    message: "The database cannot be reached at the moment.",
    nextStep: "Nothing is lost; try again in a few seconds. If it lasts, look whether PostgreSQL runs.",
    status: 503,
    cause,
  });
}

/** A unique key was taken: somebody else made it first. */
export function isUniqueViolation(error: unknown): boolean {
  return typeof error === "object" && error !== null && (error as { code?: unknown }).code === "P2002";
}

/** What a row refers to is gone: somebody deleted it meanwhile. */
export function isForeignKeyViolation(error: unknown): boolean {
  return typeof error === "object" && error !== null && (error as { code?: unknown }).code === "P2003";
}
