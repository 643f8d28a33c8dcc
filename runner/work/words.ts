import { LatheError } from "#lib/domain/errors";
import { EngineError } from "#lib/engine/engine-error";
import type { Problem } from "#lib/protocol/common";
import type { logLevels } from "#lib/protocol/jobs";

export type LogLevel = (typeof logLevels)[number];

/** What a person is told of anything thrown: its own words when it has some for them. */
export function problemOf(error: unknown): Problem {
  if (error instanceof LatheError) return error.toJSON();
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof EngineError) {
    return { code: "engine_unavailable", message: error.message.slice(0, 900), nextStep: "Change or unset LATHE_ENGINE where the runner is started, and start it again." };
  }
  if ((error as { code?: unknown } | null)?.code === "ENOSPC") return diskFull().toJSON();
  return {
    code: "unexpected_error",
    message: `Something went wrong that should not: ${text.slice(0, 500)}`,
    nextStep: "Start the job again; if it happens again, report it with the runner's log.",
  };
}

export function diskFull(detail = ""): LatheError {
  return new LatheError({
    code: "disk_full",
    message: `The runner's disk is full${detail}.`,
    nextStep: "Free space in the runner's LATHE_HOME, or point it to a larger disk, and start the job again. The pictures and models already stored are untouched.",
    status: 507,
  });
}

/** "12,345" */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}
