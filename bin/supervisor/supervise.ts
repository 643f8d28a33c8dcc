import path from "node:path";
import { describe, say, sayStep } from "../preflight/console.mjs";
import { Child, type ProcessPlan } from "./child";
import { LogFile } from "./log-file";
import { type Action, advance, type Event, initialState } from "./state";
import { tellingLine } from "./telling-line";

/** Something to do once, between the children before and after it. */
export type TaskPlan = { kind: "task"; name: string; label: string; work(): Promise<void> };

export type Plan = ProcessPlan | TaskPlan;

/**
 * Starts the plans in order, keeps the processes alive, and stops them in reverse order on `stop`: the hands of the
 * state machine in state.ts.
 * @param options.onReady called once, when all are ready
 * @returns the exit code, when all are gone
 */
export function supervise(
  plans: readonly Plan[],
  options: { home: string; stop: AbortSignal; onReady(): void },
): Promise<0 | 1> {
  const byName = new Map(plans.map((plan) => [plan.name, plan]));
  const logs = new Map<string, LogFile>();
  const running = new Map<string, Child>();
  const alarms = new Map<string, NodeJS.Timeout>();
  const startedAtMs = new Map<string, number>();
  let state = initialState(plans.map(({ name, kind }) => ({ name, task: kind === "task" })));

  const planOf = (name: string): Plan => {
    const plan = byName.get(name);
    if (!plan) throw new Error(`No plan for ${name}`);
    return plan;
  };
  const logOf = (name: string): LogFile => {
    const log = logs.get(name) ?? new LogFile(path.join(options.home, "logs"), name);
    logs.set(name, log);
    return log;
  };

  return new Promise((resolve) => {
    const feed = (event: Event): void => {
      const step = advance(state, event);
      state = step.state;
      for (const action of step.actions) act(action);
    };

    const started = (name: string): void => {
      const firstTime = state.phase === "starting" && !state.children.some((c) => c.name === name && c.readyAtMs > 0);
      if (firstTime) sayStep(planOf(name).label, Date.now() - (startedAtMs.get(name) ?? 0));
      feed({ type: "ready", name, atMs: Date.now() });
    };
    const exited = (name: string, reason: string): void => {
      running.delete(name);
      feed({ type: "exited", name, atMs: Date.now(), reason });
    };

    const begin = async (plan: Plan): Promise<void> => {
      const { name } = plan;
      startedAtMs.set(name, startedAtMs.get(name) ?? Date.now());
      try {
        if (plan.kind === "task") {
          await plan.work();
          return started(name);
        }
        const how = await plan.prepare();
        // The stop may have come while it was prepared: then it is not spawned at all.
        if (state.children.some((child) => child.name === name && child.status !== "starting"))
          return exited(name, "not started");
        let reported = false;
        const listener = {
          ready: () => {
            if (!reported) started(name);
            reported = true;
          },
          exited: (reason: string) => exited(name, reason),
        };
        running.set(name, new Child(plan, how, { runFolder: path.join(options.home, "run"), log: logOf(name), listener }));
      } catch (error) {
        logOf(name).write(describe(error));
        exited(name, describe(error));
      }
    };

    const act = (action: Action): void => {
      switch (action.type) {
        case "spawn":
          void begin(planOf(action.name));
          return;
        case "signal": {
          const plan = planOf(action.name);
          if (plan.kind === "process")
            running.get(action.name)?.signal(action.how === "kill" ? "SIGKILL" : plan.stopSignal);
          return;
        }
        case "alarm": {
          const { name, alarm, delayMs } = action;
          clearTimeout(alarms.get(name));
          alarms.set(name, setTimeout(() => feed({ type: "alarm", name, alarm }), delayMs));
          return;
        }
        case "tell-restart": {
          const log = logOf(action.name);
          const last = tellingLine(log.lastLines());
          say(
            `${action.name} ended (${action.reason}); starting it again in ${action.pauseMs / 1000} s.` +
              `${last ? ` It last said: ${last}` : ""} (${log.path})`,
          );
          return;
        }
        case "tell-back":
          say(`${action.name} is back.`);
          return;
        case "tell-failed": {
          const log = logOf(action.name);
          say(`${action.name} did not start: ${action.reason}`);
          if (planOf(action.name).kind === "task") return;
          const lines = log.lastLines().map((line) => `  ${line}`);
          say(["Its last lines:", ...lines, `All of them: ${log.path}`].join("\n"));
          say(`Most likely why: ${tellingLine(log.lastLines()) ?? "it said nothing"}`);
          return;
        }
        case "announce":
          options.onReady();
          return;
        case "end":
          for (const timer of alarms.values()) clearTimeout(timer);
          resolve(action.exitCode);
      }
    };

    options.stop.addEventListener("abort", () => feed({ type: "stop" }));
    feed({ type: options.stop.aborted ? "stop" : "start" });
  });
}
