/**
 * Supervision as a pure state machine: an event goes in, a new state and the actions to take come out (house rule 1).
 * Children start one after the other in the given order and stop in the reverse; one that dies later is started again
 * with growing pauses. A task (the migrations) is a child that is done when it is ready.
 */

export const READY_MS = 60_000;
export const HEALTHY_MS = 60_000;
export const KILL_MS = 10_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** So many deaths before it was ever ready, and the first start is given up. */
const FIRST_START_TRIES = 3;

export type ChildState = {
  readonly name: string;
  readonly task: boolean;
  /** pausing: dead, waiting to be started again. ending: told to stop. */
  readonly status: "waiting" | "starting" | "ready" | "pausing" | "ending" | "gone";
  /** When it became ready, in ms of the caller's clock. */
  readonly readyAtMs: number;
  /** Deaths since it was last healthy. */
  readonly failures: number;
};

export type State = {
  readonly phase: "starting" | "running" | "stopping" | "ended";
  readonly children: readonly ChildState[];
  readonly exitCode: 0 | 1;
};

export type Alarm = "ready" | "restart" | "kill";

export type Event =
  | { type: "start" }
  | { type: "ready"; name: string; atMs: number }
  /** `reason` is for people: "exit 1", "SIGKILL". */
  | { type: "exited"; name: string; atMs: number; reason: string }
  /** An alarm set earlier goes off. One that no longer fits is ignored. */
  | { type: "alarm"; name: string; alarm: Alarm }
  | { type: "stop" };

export type Action =
  | { type: "spawn"; name: string }
  | { type: "signal"; name: string; how: "stop" | "kill" }
  /** A child has one alarm: a new one replaces it. */
  | { type: "alarm"; name: string; alarm: Alarm; delayMs: number }
  | { type: "tell-restart"; name: string; reason: string; pauseMs: number }
  | { type: "tell-back"; name: string }
  | { type: "tell-failed"; name: string; reason: string }
  /** All are ready for the first time. */
  | { type: "announce" }
  | { type: "end"; exitCode: 0 | 1 };

export type Step = { state: State; actions: Action[] };

export function initialState(children: readonly { name: string; task: boolean }[]): State {
  return {
    phase: "starting",
    exitCode: 0,
    children: children.map(({ name, task }) => ({ name, task, status: "waiting", readyAtMs: 0, failures: 0 })),
  };
}

/** 1 s, 2 s, 4 s … 30 s. @param failures at least 1 */
export function pauseMs(failures: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
}

export function advance(state: State, event: Event): Step {
  switch (event.type) {
    case "start":
      return startNext(state);
    case "stop":
      return state.phase === "stopping" || state.phase === "ended" ? { state, actions: [] } : stopNext(stopping(state, 0));
    default: {
      const child = state.children.find(({ name }) => name === event.name);
      if (!child) return { state, actions: [] };
      if (event.type === "ready") return onReady(state, child, event.atMs);
      if (event.type === "exited") return onExited(state, child, event);
      return onAlarm(state, child, event.alarm);
    }
  }
}

function withChild(state: State, name: string, change: Partial<ChildState>): State {
  return { ...state, children: state.children.map((child) => (child.name === name ? { ...child, ...change } : child)) };
}

function stopping(state: State, exitCode: 0 | 1): State {
  return { ...state, phase: "stopping", exitCode };
}

function spawn(state: State, name: string): Step {
  return {
    state: withChild(state, name, { status: "starting" }),
    actions: [
      { type: "spawn", name },
      { type: "alarm", name, alarm: "ready", delayMs: READY_MS },
    ],
  };
}

function startNext(state: State): Step {
  const next = state.children.find(({ status }) => status === "waiting");
  if (next) return spawn(state, next.name);
  const allReady = state.children.every(({ status }) => status === "ready" || status === "gone");
  if (!allReady) return { state, actions: [] };
  return { state: { ...state, phase: "running" }, actions: [{ type: "announce" }] };
}

function onReady(state: State, child: ChildState, atMs: number): Step {
  if (child.status === "ending" && child.task) return stopNext(withChild(state, child.name, { status: "gone" }));
  if (child.status !== "starting") return { state, actions: [] };
  const ready = withChild(state, child.name, { status: child.task ? "gone" : "ready", readyAtMs: atMs });
  if (state.phase === "starting") return startNext(ready);
  return { state: ready, actions: [{ type: "tell-back", name: child.name }] };
}

function onExited(state: State, child: ChildState, event: { atMs: number; reason: string }): Step {
  const { name } = child;
  if (state.phase === "stopping" || state.phase === "ended") {
    return stopNext(withChild(state, name, { status: "gone" }));
  }
  const wasHealthy = child.status === "ready" && event.atMs - child.readyAtMs >= HEALTHY_MS;
  const failures = wasHealthy ? 1 : child.failures + 1;
  const neverReady = child.readyAtMs === 0;
  if (state.phase === "starting" && neverReady && (child.task || failures >= FIRST_START_TRIES)) {
    return giveUp(withChild(state, name, { status: "gone" }), name, event.reason);
  }
  const delayMs = pauseMs(failures);
  return {
    state: withChild(state, name, { status: "pausing", failures }),
    actions: [
      { type: "tell-restart", name, reason: event.reason, pauseMs: delayMs },
      { type: "alarm", name, alarm: "restart", delayMs },
    ],
  };
}

function onAlarm(state: State, child: ChildState, alarm: Alarm): Step {
  const { name } = child;
  if (alarm === "restart" && child.status === "pausing") return spawn(state, name);
  if (alarm === "kill" && child.status === "ending") return { state, actions: [{ type: "signal", name, how: "kill" }] };
  if (alarm === "ready" && child.status === "starting") {
    const reason = `not ready within ${READY_MS / 1000} s`;
    if (state.phase === "starting" && child.readyAtMs === 0) return giveUp(state, name, reason);
    // Its death brings the next try.
    return { state, actions: [{ type: "signal", name, how: "kill" }] };
  }
  return { state, actions: [] };
}

function giveUp(state: State, name: string, reason: string): Step {
  const { state: next, actions } = stopNext(stopping(state, 1));
  return { state: next, actions: [{ type: "tell-failed", name, reason }, ...actions] };
}

/** Stops the last child that still lives, or ends when none does. */
function stopNext(state: State): Step {
  if (state.phase === "ended") return { state, actions: [] };
  const settled: State = {
    ...state,
    children: state.children.map((child) =>
      child.status === "waiting" || child.status === "pausing" ? { ...child, status: "gone" } : child,
    ),
  };
  const last = settled.children.findLast(({ status }) => status !== "gone");
  if (!last) return { state: { ...settled, phase: "ended" }, actions: [{ type: "end", exitCode: state.exitCode }] };
  if (last.status === "ending") return { state: settled, actions: [] };
  return {
    state: withChild(settled, last.name, { status: "ending" }),
    actions: [
      { type: "signal", name: last.name, how: "stop" },
      { type: "alarm", name: last.name, alarm: "kill", delayMs: KILL_MS },
    ],
  };
}
