import type { ChildTask, ChildToRunner, RunnerToChild } from "#lib/protocol/child";
import type { LogLevel } from "../work/words";

/** What a child's work has around it. */
export type ChildContext = {
  folders: { input: string; output: string };
  threads: number;
  /** when the task came, in Date.now()'s milliseconds */
  startedMs: number;
  /** aborted when the runner asks for an end soon, keeping the best */
  stop: AbortSignal;
  send(message: ChildToRunner): Promise<void>;
  log(level: LogLevel, text: string): void;
  /** everything but `start` and `stop` from now on */
  onRequest(listener: (message: ChildRequest) => void): void;
};

export type ChildRequest = Extract<RunnerToChild, { type: "inspect" | "predict" | "infer" }>;
export type Ended = Extract<ChildToRunner, { type: "ended" }>;
export type TaskOf<Kind extends ChildTask["kind"]> = Extract<ChildTask, { kind: Kind }>;
