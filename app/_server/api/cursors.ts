import { LatheError } from "#lib/domain/errors";

export function invalidCursor(): LatheError {
  return new LatheError({
    code: "invalid_cursor",
    message: '"cursor" is not one that this list gave out.',
    nextStep: "Start without a cursor, then pass on each answer's nextCursor.",
  });
}

/** The index after which a page goes on; -1 without a cursor. */
export function indexAfter(cursor: string | undefined): number {
  if (cursor === undefined) return -1;
  if (!/^\d{1,9}$/.test(cursor)) throw invalidCursor();
  return Number(cursor);
}

/** "CREATED_MS.ID" of the last row seen. */
export function rowBefore(cursor: string | undefined): { createdAt: Date; id: string } | undefined {
  if (cursor === undefined) return undefined;
  const match = /^(\d{1,15})\.([a-z0-9_]{1,64})$/.exec(cursor);
  if (!match) throw invalidCursor();
  return { createdAt: new Date(Number(match[1])), id: match[2]! };
}

/** One more row was asked for than goes on the page: it tells whether there is another page. */
export function pageOf<Row>(rows: Row[], limit: number, cursorOf: (last: Row) => string): { rows: Row[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  return { rows: shown, nextCursor: rows.length > limit ? cursorOf(shown.at(-1)!) : null };
}
