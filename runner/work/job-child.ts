import { availableParallelism } from "node:os";
import type { ChildTask, ChildToRunner } from "#lib/protocol/child";
import type { Execution } from "../executors/execution";
import { messagesPerSecond, startChild, type SandboxedChild } from "../sandbox/child";
import type { ChildExit } from "../sandbox/exit-reason";
import { limitsFor, type Limits } from "../sandbox/limits";
import { formatCount } from "./words";

type Ended = Extract<ChildToRunner, { type: "ended" }>;

export type JobChild = SandboxedChild & {
  limits: Limits;
  /** when it is over: its last word, if it had one, and how the process ended */
  over: Promise<{ ended: Ended | null; exit: ChildExit; timedOut: boolean }>;
};

export const childEntry = "runner/children/main.ts";

/**
 * Starts a job's child: what it prints and measures becomes the job's events, it ends with the attempt, and it is held up
 * while web cannot take what it says.
 * @param options.wallMs when it is ended the hard way
 */
export async function startJobChild(
  execution: Execution,
  options: { task: ChildTask; wallMs: number; onMessage?: (message: ChildToRunner) => void },
): Promise<JobChild> {
  const { sandbox, folder, config, lost } = execution;
  const limits = limitsFor({ memoryBytes: config.memoryBytes, wallMs: options.wallMs });
  let ended: Ended | null = null;
  let timedOut = false;
  const child = await startChild({
    tools: sandbox.tools,
    place: { root: config.root, node: process.execPath, entry: childEntry, folders: { input: folder.input, output: folder.output } },
    limits,
    task: options.task,
    threads: Math.min(execution.threads, availableParallelism()),
    listener: {
      message(message) {
        if (message.type === "log") execution.log(message.level, message.text);
        else if (message.type === "metric") {
          const { name, value, step, epoch } = message;
          execution.event({ kind: "metric", name, value, step, epoch });
        } else if (message.type === "progress") execution.progress(message.progress);
        else if (message.type === "ended" && !ended) {
          ended = message;
          child.kill();
        } else options.onMessage?.(message);
      },
      line: (text, stream) => execution.log(stream === "stderr" ? "warn" : "info", text),
      flooding: () => execution.log("warn", `The job says more than ${formatCount(messagesPerSecond)} lines a second; it is slowed down to that.`),
    },
  });
  const kill = () => child.kill();
  lost.addEventListener("abort", kill);
  if (lost.aborted) kill();
  execution.onPressure((full) => (full ? child.pause() : child.resume()));
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, options.wallMs);
  const over = child.exited.then((exit) => {
    clearTimeout(timer);
    lost.removeEventListener("abort", kill);
    return { ended, exit, timedOut };
  });
  return { ...child, limits, over };
}
