import type { Found } from "../source";

/** What a reader found, with the files left out whose keys no database takes as text. */
export async function* guarded(found: AsyncIterable<Found>): AsyncGenerator<Found> {
  for await (const one of found) {
    if (!/[\0\p{Cs}]/u.test(one.key)) yield one;
    else yield { key: JSON.stringify(one.key).slice(1, -1), code: "bad_key", reason: "its name holds a NUL or half of a character; rename it" };
  }
}
