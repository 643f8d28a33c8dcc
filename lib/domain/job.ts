import { LatheError } from "./errors";

/**
 * A job is what a user starts; an attempt is one execution of it by one runner. The machine is pure: `transition`
 * takes a state and an event and returns the next state and what must be done about it. `lib/data` persists every step
 * guarded by the expected state.
 *
 *   queued ──claimed──▶ running ──ended──▶ succeeded | failed | cancelled
 *     │  ▲                │ │
 *     │  └──lease-lost────┘ └─cancel-requested─▶ stopping ──ended / lease-lost──▶ cancelled
 *     └──cancel-requested──▶ cancelled
 */
export const jobStatuses = ["queued", "running", "stopping", "succeeded", "failed", "cancelled"] as const;
export type JobStatus = (typeof jobStatuses)[number];

export const jobKinds = ["import-dataset", "freeze-dataset", "export-dataset", "pre-label", "auto-learn", "script", "unpack-archive"] as const;
export type JobKind = (typeof jobKinds)[number];

/** Why the work ended. `budget`, `completed` and `early-stop` are successes. */
export const stopReasons = [
  "completed",
  "budget",
  "early-stop",
  "stopped",
  "diverged",
  "error",
  "out-of-memory",
  "runner-lost",
] as const;
export type StopReason = (typeof stopReasons)[number];

/** A job whose runner died is given to another one this many times before it is called failed. */
export const maxAttempts = 3;
/** A runner renews its lease every `leaseRenewMs`; after `leaseMs` without, another one may take the job. */
export const leaseMs = 15_000;
export const leaseRenewMs = 4_000;

export type JobState = { status: JobStatus; attempt: number; stopReason: StopReason | null };

export type JobEvent =
  | { type: "claimed" }
  | { type: "cancel-requested" }
  | { type: "lease-lost" }
  | { type: "ended"; stopReason: StopReason };

export type JobAction =
  | { type: "enqueue" }
  | { type: "signal-stop"; attempt: number }
  | { type: "announce" };

export function isTerminal(status: JobStatus): boolean {
  return status === "succeeded" || status === "failed" || status === "cancelled";
}

const succeeds: readonly StopReason[] = ["completed", "budget", "early-stop"];

/** @throws LatheError `illegal_transition` when the event makes no sense in the state. */
export function transition(state: JobState, event: JobEvent): { state: JobState; actions: JobAction[] } {
  const announce: JobAction = { type: "announce" };
  switch (event.type) {
    case "claimed":
      if (state.status !== "queued") break;
      return { state: { ...state, status: "running", attempt: state.attempt + 1 }, actions: [announce] };
    case "cancel-requested":
      if (state.status === "queued") {
        return { state: { ...state, status: "cancelled", stopReason: "stopped" }, actions: [announce] };
      }
      if (state.status === "running") {
        return {
          state: { ...state, status: "stopping" },
          actions: [{ type: "signal-stop", attempt: state.attempt }, announce],
        };
      }
      break;
    case "lease-lost":
      if (state.status === "stopping") {
        return { state: { ...state, status: "cancelled", stopReason: "runner-lost" }, actions: [announce] };
      }
      if (state.status === "running") {
        if (state.attempt >= maxAttempts) {
          return { state: { ...state, status: "failed", stopReason: "runner-lost" }, actions: [announce] };
        }
        return { state: { ...state, status: "queued" }, actions: [{ type: "enqueue" }, announce] };
      }
      break;
    case "ended":
      if (state.status !== "running" && state.status !== "stopping") break;
      return { state: { ...state, status: endStatus(state.status, event.stopReason), stopReason: event.stopReason }, actions: [announce] };
  }
  throw new LatheError({
    code: "illegal_transition",
    message: `A ${state.status} job cannot take the event "${event.type}".`,
    nextStep: "Look at the job's present status.",
    status: 409,
  });
}

function endStatus(from: JobStatus, reason: StopReason): JobStatus {
  if (succeeds.includes(reason)) return "succeeded";
  if (reason === "stopped" || (from === "stopping" && reason !== "error")) return "cancelled";
  return "failed";
}
