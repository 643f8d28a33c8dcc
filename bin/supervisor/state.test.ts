import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Action, advance, type Event, initialState, pauseMs, type State } from "./state";

const plan = [
  { name: "postgres", task: false },
  { name: "migrate", task: true },
  { name: "web", task: false },
];

function play(events: Event[], from: State = initialState(plan)): { state: State; actions: Action[]; last: Action[] } {
  let state = from;
  let last: Action[] = [];
  const actions: Action[] = [];
  for (const event of events) {
    const step = advance(state, event);
    state = step.state;
    last = step.actions;
    actions.push(...step.actions);
  }
  return { state, actions, last };
}

const started: Event[] = [
  { type: "start" },
  { type: "ready", name: "postgres", atMs: 1 },
  { type: "ready", name: "migrate", atMs: 2 },
  { type: "ready", name: "web", atMs: 3 },
];
const spawns = (actions: Action[]) => actions.filter((action) => action.type === "spawn").map(({ name }) => name);

describe("starting", () => {
  it("starts each child when the one before is ready, then announces", () => {
    expect(spawns(play(started.slice(0, 1)).actions)).toEqual(["postgres"]);
    expect(spawns(play(started.slice(0, 2)).actions)).toEqual(["postgres", "migrate"]);
    const { state, last, actions } = play(started);
    expect(spawns(actions)).toEqual(["postgres", "migrate", "web"]);
    expect(last).toEqual([{ type: "announce" }]);
    expect(state.phase).toBe("running");
  });

  it("does not announce while a child that was ready is down again", () => {
    const { state, last } = play([
      ...started.slice(0, 3),
      { type: "exited", name: "postgres", atMs: 3, reason: "SIGKILL" },
      { type: "ready", name: "web", atMs: 4 },
    ]);
    expect(last).toEqual([]);
    const { last: then } = play(
      [{ type: "alarm", name: "postgres", alarm: "restart" }, { type: "ready", name: "postgres", atMs: 5 }],
      state,
    );
    expect(then).toEqual([{ type: "announce" }]);
  });

  it("gives up after three deaths of a child that was never ready, stopping those before it, exit 1", () => {
    const death: Event = { type: "exited", name: "web", atMs: 5, reason: "exit 1" };
    const again: Event = { type: "alarm", name: "web", alarm: "restart" };
    const { last } = play([...started.slice(0, 3), death, again, death, again, death]);
    expect(last).toEqual([
      { type: "tell-failed", name: "web", reason: "exit 1" },
      { type: "signal", name: "postgres", how: "stop" },
      { type: "alarm", name: "postgres", alarm: "kill", delayMs: 10_000 },
    ]);
    const { state } = play([...started.slice(0, 3), death, again, death, again, death]);
    expect(advance(state, { type: "exited", name: "postgres", atMs: 6, reason: "exit 0" }).actions).toEqual([
      { type: "end", exitCode: 1 },
    ]);
  });

  it("gives up on a child that is not ready in time, stopping that one too", () => {
    const { last } = play([...started.slice(0, 3), { type: "alarm", name: "web", alarm: "ready" }]);
    expect(last[0]).toEqual({ type: "tell-failed", name: "web", reason: "not ready within 60 s" });
    expect(last[1]).toEqual({ type: "signal", name: "web", how: "stop" });
  });

  it("does not try a failed task again", () => {
    const { last } = play([...started.slice(0, 2), { type: "exited", name: "migrate", atMs: 2, reason: "no" }]);
    expect(last[0]).toMatchObject({ type: "tell-failed", name: "migrate" });
  });
});

describe("running", () => {
  const die = (atMs: number): Event => ({ type: "exited", name: "web", atMs, reason: "exit 1" });
  const back = (atMs: number): Event[] => [
    { type: "alarm", name: "web", alarm: "restart" },
    { type: "ready", name: "web", atMs },
  ];
  const pauses = (actions: Action[]) =>
    actions.filter((action) => action.type === "tell-restart").map((action) => action.pauseMs);

  it("pauses 1, 2, 4 … 30 s between restarts", () => {
    expect([1, 2, 3, 4, 5, 6, 20].map(pauseMs)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    const { actions } = play([...started, die(10), ...back(20), die(30), ...back(40), die(50)]);
    expect(pauses(actions)).toEqual([1000, 2000, 4000]);
  });

  it("begins at 1 s again after a minute of health", () => {
    const { actions } = play([...started, die(10), ...back(20), die(30), ...back(40), die(60_040)]);
    expect(pauses(actions)).toEqual([1000, 2000, 1000]);
  });

  it("never gives up on a child that was ready once", () => {
    const events = Array.from({ length: 12 }, (_, index) => [die(10 + index), ...back(11 + index)]).flat();
    expect(play([...started, ...events]).state.phase).toBe("running");
  });

  it("kills a restarted child that does not get ready, which brings the next try", () => {
    const { last, state } = play([
      ...started,
      die(10),
      { type: "alarm", name: "web", alarm: "restart" },
      { type: "alarm", name: "web", alarm: "ready" },
    ]);
    expect(last).toEqual([{ type: "signal", name: "web", how: "kill" }]);
    expect(advance(state, die(70_000)).actions[0]).toMatchObject({ type: "tell-restart", pauseMs: 2000 });
  });
});

describe("stopping", () => {
  it("stops in reverse, one after the other, killing what does not go, exit 0", () => {
    const { state, last } = play([...started, { type: "stop" }]);
    expect(last[0]).toEqual({ type: "signal", name: "web", how: "stop" });
    const late = play([{ type: "alarm", name: "web", alarm: "kill" }], state);
    expect(late.last).toEqual([{ type: "signal", name: "web", how: "kill" }]);
    const next = play([{ type: "exited", name: "web", atMs: 9, reason: "SIGKILL" }], late.state);
    expect(next.last[0]).toEqual({ type: "signal", name: "postgres", how: "stop" });
    const end = play([{ type: "exited", name: "postgres", atMs: 10, reason: "exit 0" }], next.state);
    expect(end.last).toEqual([{ type: "end", exitCode: 0 }]);
  });

  it("ends however the events fall: no child outlives it, none is started after the stop", () => {
    const names = fc.constantFrom("postgres", "migrate", "web");
    const event: fc.Arbitrary<Event> = fc.oneof(
      fc.record({ type: fc.constant("ready" as const), name: names, atMs: fc.nat() }),
      fc.record({ type: fc.constant("exited" as const), name: names, atMs: fc.nat(), reason: fc.constant("exit 1") }),
      fc.record({
        type: fc.constant("alarm" as const),
        name: names,
        alarm: fc.constantFrom("ready" as const, "restart" as const, "kill" as const),
      }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), fc.array(event, { maxLength: 10 }), (before, after) => {
        // A world that keeps the machine honest: only living children report, and signals are obeyed.
        const alive = new Set<string>();
        let state = initialState(plan);
        let ends = 0;
        let stopped = false;
        const feed = (next: Event) => {
          const reports = next.type === "ready" || next.type === "exited";
          if (reports && !alive.has(next.name)) return;
          if (next.type === "exited") alive.delete(next.name);
          if (next.type === "ready" && next.name === "migrate") alive.delete("migrate");
          const step = advance(state, next);
          state = step.state;
          for (const action of step.actions) {
            if (action.type === "spawn") {
              expect(stopped).toBe(false);
              expect(alive.has(action.name)).toBe(false);
              alive.add(action.name);
            }
            if (action.type === "end") ends += 1;
          }
        };
        feed({ type: "start" });
        before.forEach(feed);
        feed({ type: "stop" });
        stopped = true;
        after.forEach(feed);
        for (const name of [...alive].reverse()) feed({ type: "exited", name, atMs: 1, reason: "SIGTERM" });
        expect(alive.size).toBe(0);
        expect(ends).toBe(1);
        expect(state.phase).toBe("ended");
      }),
    );
  });
});
