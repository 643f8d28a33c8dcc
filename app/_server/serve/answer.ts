import type { z } from "zod";
import { LatheError } from "#lib/domain/errors";

type Failed = { error: { code: string; message: string; nextStep: string; status: number } };

/** A runner's answer, checked. @throws LatheError what the runner says went wrong, or 502 for nonsense */
export function answerOf<T>(schema: z.ZodType<T>, answer: unknown): Exclude<T, Failed> {
  const parsed = schema.safeParse(answer);
  if (!parsed.success) {
    throw new LatheError({
      code: "runner_answer_invalid",
      message: "The runner's answer could not be read.",
      nextStep: "Look whether runner and web are of the same version.",
      status: 502,
      cause: parsed.error,
    });
  }
  const value = parsed.data as T | Failed;
  if (typeof value === "object" && value !== null && "error" in value) throw new LatheError((value as Failed).error);
  return value as Exclude<T, Failed>;
}
