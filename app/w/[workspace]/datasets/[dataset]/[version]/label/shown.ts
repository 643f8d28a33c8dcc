import { reviewStates, type ReviewState } from "#lib/domain/dataset";
import type { ListQuery } from "./label-store";

/** What the page lists; each has its words in the messages. */
export const shownFilters = ["all", "unlabelled", "unsure", "disagreeing", "labelled", "to-review", "accepted", "dropped"] as const;
export type Shown = (typeof shownFilters)[number];

export function queryOf({ shown, label, search, unsureFirst }: { shown: Shown; label: string; search: string; unsureFirst: boolean }): ListQuery {
  return {
    ...(isState(shown) && { state: shown }),
    ...(shown === "unsure" && { suggested: "true" as const }),
    ...(shown === "disagreeing" && { disagreeing: "true" as const }),
    ...(shown === "dropped" && { dropped: "true" as const }),
    ...(label && { label }),
    ...(search.trim() && { search: search.trim() }),
    ...((unsureFirst || shown === "unsure") && { order: "unsure" as const }),
  };
}

function isState(shown: Shown): shown is Shown & ReviewState {
  return (reviewStates as readonly string[]).includes(shown);
}
