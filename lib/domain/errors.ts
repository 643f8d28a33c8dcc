/**
 * An error a person can act on (house rule 9).
 *
 * `code` is stable and machine-readable (`snake_case`), `message` says what happened and why, `nextStep` says what to
 * do now. `status` is the HTTP status the API answers with. The cause, if any, is for the log only.
 */
export class LatheError extends Error {
  readonly code: string;
  readonly nextStep: string;
  readonly status: number;

  constructor(options: { code: string; message: string; nextStep: string; status?: number; cause?: unknown }) {
    super(options.message, { cause: options.cause });
    this.name = "LatheError";
    this.code = options.code;
    this.nextStep = options.nextStep;
    this.status = options.status ?? 400;
  }

  toJSON(): { code: string; message: string; nextStep: string } {
    return { code: this.code, message: this.message, nextStep: this.nextStep };
  }
}

/** A thing that does not exist, or that this person may not know exists: the two must look the same. */
export function notFound(kind: string, name: string): LatheError {
  return new LatheError({
    code: `${kind}_not_found`,
    message: `There is no ${kind.replaceAll("_", " ")} "${name}" in this workspace.`,
    nextStep: `Check the name, or list what is there.`,
    status: 404,
  });
}

/** A guarded transition found another state than expected: somebody else moved it on (house rule 3). */
export function movedOn(kind: string, name: string, expected: readonly string[]): LatheError {
  return new LatheError({
    code: "moved_on",
    message: `The ${kind} "${name}" is no longer ${expected.join(" or ")}.`,
    nextStep: "Look at its present state and try again if it still makes sense.",
    status: 409,
  });
}

/** The sentence for a person out of anything thrown. */
export function describeError(error: unknown): string {
  if (error instanceof LatheError) return `${error.message} ${error.nextStep}`;
  return error instanceof Error ? error.message : String(error);
}
