import { LatheError } from "#lib/domain/errors";
import { databaseUnreachable, isDatabaseUnreachable } from "#lib/data/database-error";

/** What the client is told about anything thrown. An error that is not ours is told without its words. */
export function problemOf(error: unknown): LatheError {
  if (error instanceof LatheError) return error;
  if (isDatabaseUnreachable(error)) return databaseUnreachable(error);
  return new LatheError({
    code: "internal_error",
    message: "Something went wrong in Lathe itself.",
    nextStep: "Try again; if it stays, look at web's log around this time.",
    status: 500,
    cause: error,
  });
}
