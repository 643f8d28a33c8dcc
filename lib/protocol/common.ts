import { z } from "zod";
import { isName } from "#lib/domain/names";

export const name = z
  .string()
  .refine(isName, "use 1 to 63 lower-case letters, digits and hyphens, starting with a letter or digit");

/** Milliseconds since 1970-01-01 UTC. */
export const timeMs = z.number().int();

export const errorBody = z.object({
  error: z.object({ code: z.string(), message: z.string(), nextStep: z.string() }),
});
export const problem = z.object({ code: z.string(), message: z.string(), nextStep: z.string() });
export type Problem = z.infer<typeof problem>;

/** A page of a list: ask again with `cursor` for the next one; null is the end. */
export function page<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

export const pageQuery = {
  cursor: z.string().max(2048).optional(),
  limit: z.coerce.number().int().min(1).max(1000).optional(),
};

export const done = z.object({ ok: z.literal(true) });
