import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { identify } from "../preflight/identity.mjs";
import type { LogFile } from "./log-file";

const LAST_WORDS_MS = 200;

/** What to spawn; uid and gid only where they differ from ours. */
export type Spawn = {
  file: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  uid?: number;
  gid?: number;
};

/** A process the supervisor keeps alive. */
export type ProcessPlan = {
  kind: "process";
  name: string;
  /** How the start's list of steps calls it. */
  label: string;
  /** The line on stdout or stderr that says it is ready. */
  readyLine: RegExp;
  stopSignal: "SIGTERM" | "SIGINT";
  /** Our own programs hold an IPC channel and end themselves when it breaks: when we are killed. */
  channel: boolean;
  /** Asked anew for every start of the process. */
  prepare(): Promise<Spawn>;
};

export type ChildListener = { ready(): void; exited(reason: string): void };

function reasonOf(code: number | null, signal: NodeJS.Signals | null): string {
  return signal ?? `exit ${code}`;
}

/** One process, from its spawn to its death. */
export class Child {
  readonly #process: ChildProcess;

  constructor(plan: ProcessPlan, how: Spawn, options: { runFolder: string; log: LogFile; listener: ChildListener }) {
    const { file, args, ...rest } = how;
    const child = spawn(file, args, {
      ...rest,
      // A group of its own: the terminal's Ctrl-C reaches us alone, and we stop the children in order.
      detached: true,
      stdio: ["ignore", "pipe", "pipe", ...(plan.channel ? ["ipc" as const] : [])],
    });
    this.#process = child;
    const runFile = path.join(options.runFolder, `${plan.name}.json`);
    if (child.pid !== undefined) {
      const { pid } = child;
      const { name, stopSignal } = plan;
      writeFileSync(runFile, JSON.stringify({ name, pid, identity: identify(pid), stopSignal, startedAtMs: Date.now() }));
    }
    const onLine = (line: string) => {
      options.log.write(line);
      if (plan.readyLine.test(line)) options.listener.ready();
    };
    for (const stream of [child.stdout, child.stderr] as Readable[]) createInterface({ input: stream }).on("line", onLine);
    child.once("error", (error) => {
      // Only a failed spawn has no pid; it brings no exit either.
      options.log.write(`${error}`);
      if (child.pid === undefined) options.listener.exited(error.message);
    });
    child.once("exit", async (code, signal) => {
      rmSync(runFile, { force: true });
      // Its last words may still be in the pipe; a grandchild that holds it open must not hold us up.
      await Promise.race([once(child, "close"), sleep(LAST_WORDS_MS)]);
      options.listener.exited(reasonOf(code, signal));
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }
}
