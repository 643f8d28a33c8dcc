import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isTerminal, jobStatuses, maxAttempts, stopReasons, transition, type JobEvent, type JobState } from "./job";

const queued: JobState = { status: "queued", attempt: 0, stopReason: null };
const running: JobState = { status: "running", attempt: 1, stopReason: null };

describe("a job", () => {
  it("counts an attempt each time it is claimed", () => {
    const first = transition(queued, { type: "claimed" }).state;
    const lost = transition(first, { type: "lease-lost" });
    expect(lost.state).toEqual({ status: "queued", attempt: 1, stopReason: null });
    expect(lost.actions).toContainEqual({ type: "enqueue" });
    expect(transition(lost.state, { type: "claimed" }).state).toMatchObject({ status: "running", attempt: 2 });
  });

  it("fails once its runners were lost too often", () => {
    const last = transition({ ...running, attempt: maxAttempts }, { type: "lease-lost" });
    expect(last.state).toMatchObject({ status: "failed", stopReason: "runner-lost" });
    expect(last.actions).not.toContainEqual({ type: "enqueue" });
  });

  it("signals the runner to stop, and is cancelled when the work has ended", () => {
    const stopping = transition(running, { type: "cancel-requested" });
    expect(stopping.state.status).toBe("stopping");
    expect(stopping.actions).toContainEqual({ type: "signal-stop", attempt: 1 });
    expect(transition(stopping.state, { type: "ended", stopReason: "stopped" }).state.status).toBe("cancelled");
    // The work was done before the signal came: nothing was cut short.
    expect(transition(stopping.state, { type: "ended", stopReason: "completed" }).state.status).toBe("succeeded");
    expect(transition(stopping.state, { type: "ended", stopReason: "error" }).state.status).toBe("failed");
  });

  it("is cancelled, not retried, when its runner dies while stopping", () => {
    const stopping: JobState = { ...running, status: "stopping" };
    expect(transition(stopping, { type: "lease-lost" }).state.status).toBe("cancelled");
  });

  it.each(["completed", "budget", "early-stop"] as const)("succeeds by %s", (stopReason) => {
    expect(transition(running, { type: "ended", stopReason }).state.status).toBe("succeeded");
  });

  it.each(["error", "diverged", "out-of-memory"] as const)("fails by %s", (stopReason) => {
    expect(transition(running, { type: "ended", stopReason }).state.status).toBe("failed");
  });

  const anyEvent: fc.Arbitrary<JobEvent> = fc.oneof(
    fc.constantFrom<JobEvent>({ type: "claimed" }, { type: "cancel-requested" }, { type: "lease-lost" }),
    fc.constantFrom(...stopReasons).map((stopReason): JobEvent => ({ type: "ended", stopReason })),
  );

  it("takes no event once it has ended, and has a stop reason exactly then", () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 12 }), (events) => {
        let state = queued;
        for (const event of events) {
          if (isTerminal(state.status)) expect(() => transition(state, event)).toThrow(/cannot take/);
          try {
            state = transition(state, event).state;
          } catch {
            continue;
          }
          expect(jobStatuses).toContain(state.status);
          expect(state.stopReason !== null).toBe(isTerminal(state.status));
          expect(state.attempt).toBeLessThanOrEqual(maxAttempts);
        }
      }),
    );
  });
});
