import { LatheError } from "./errors";

/**
 * A dataset version. A draft is the only one whose samples may change; a ready one is frozen for good, and its manifest
 * in the object store is the truth of it.
 *
 *   importing ──imported──▶ draft ◀──freeze-failed──┐
 *     │  │                    └──freeze-requested──▶ freezing ──frozen──▶ ready
 *     │  └──frozen──▶ ready
 *     └──import-failed──▶ failed
 */
export const datasetVersionStatuses = ["importing", "draft", "freezing", "ready", "failed"] as const;
export type DatasetVersionStatus = (typeof datasetVersionStatuses)[number];

export type DatasetVersionEvent = "imported" | "import-failed" | "freeze-requested" | "freeze-failed" | "frozen";

const next: Record<DatasetVersionEvent, Partial<Record<DatasetVersionStatus, DatasetVersionStatus>>> = {
  imported: { importing: "draft" },
  "import-failed": { importing: "failed" },
  "freeze-requested": { draft: "freezing" },
  "freeze-failed": { freezing: "draft" },
  frozen: { importing: "ready", freezing: "ready" },
};

/** @throws LatheError `illegal_transition` when the event makes no sense in the status */
export function nextVersionStatus(status: DatasetVersionStatus, event: DatasetVersionEvent): DatasetVersionStatus {
  const to = next[event][status];
  if (to) return to;
  throw new LatheError({
    code: "illegal_transition",
    message: `A ${status} dataset version cannot take the event "${event}".`,
    nextStep: "Look at the version's present status.",
    status: 409,
  });
}

/** The statuses an event may find: what a guarded update expects. */
export function statusesBefore(event: DatasetVersionEvent): DatasetVersionStatus[] {
  return Object.keys(next[event]) as DatasetVersionStatus[];
}
