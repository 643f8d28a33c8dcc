import { spawn } from "node:child_process";
import { chown } from "node:fs/promises";
import type { Duplex, Readable } from "node:stream";
import { childToRunner, maxChildFrameBytes, type ChildTask, type ChildToRunner, type RunnerToChild } from "#lib/protocol/child";
import { openChannel } from "../channel/channel";
import { LineSplitter } from "../channel/lines";
import { Throttle } from "../channel/throttle";
import { childCommand, type ChildPlace, type SandboxTools } from "./command";
import type { ChildExit } from "./exit-reason";
import type { Limits } from "./limits";
import { processAllowance } from "./process-allowance";
import { giveUidBack, takeUid } from "./uids";

/** Log lines and other messages a child may send a second; more hold it up. */
export const messagesPerSecond = 5_000;
const maxLineChars = 16_000;
const lastWordsChars = 4_000;

export type ChildListener = {
  /** everything but `memory`, checked by its schema */
  message(message: ChildToRunner): void;
  /** a line on stdout or stderr */
  line(text: string, stream: "stdout" | "stderr"): void;
  /** it says more than `messagesPerSecond` and is held up; told once */
  flooding?(): void;
};

/** A child that runs. */
export type SandboxedChild = {
  send(message: Exclude<RunnerToChild, { type: "start" }>): void;
  /** Takes no more from it until `resume`: its writes block. */
  pause(): void;
  resume(): void;
  /** Ends it and all it started, at once. */
  kill(): void;
  /** resolves when it has ended and all it said was heard */
  exited: Promise<ChildExit>;
};

export type StartChildOptions = {
  tools: SandboxTools;
  place: ChildPlace;
  limits: Limits;
  task: ChildTask;
  threads: number;
  listener: ChildListener;
};

/** Starts a child in its sandbox and gives it its task. The folders exist; the output folder becomes the child's. */
export async function startChild(options: StartChildOptions): Promise<SandboxedChild> {
  const { tools, place, limits, listener } = options;
  const uid = tools.kind === "bubblewrap" && tools.asRoot ? takeUid() : null;
  try {
    if (uid !== null) await chown(place.folders.output, uid, uid);
    const processes = await processAllowance(limits.processes, tools.asRoot);
    const command = childCommand(tools, place, { limits, uid, processes });
    const child = spawn(command.file, command.args, { cwd: command.cwd, env: command.env as NodeJS.ProcessEnv, stdio: ["ignore", "pipe", "pipe", "pipe"] });

    let peakBytes = 0;
    let broken: string | null = null;
    let killed = false;
    let lastWords = "";
    let held = false;
    let paused = false;
    let flooding = false;
    const throttle = new Throttle(messagesPerSecond);
    const streams: Readable[] = [child.stdout!, child.stderr!];

    const apply = () => {
      const stop = held || paused;
      for (const stream of streams) void (stop ? stream.pause() : stream.resume());
      if (stop) channel.pause();
      else channel.resume();
    };
    const count = () => {
      const holdMs = throttle.count(Date.now());
      if (holdMs === 0 || held) return;
      held = true;
      if (!flooding) listener.flooding?.();
      flooding = true;
      apply();
      setTimeout(() => {
        held = false;
        apply();
      }, holdMs);
    };
    const channel = openChannel<ChildToRunner, RunnerToChild>(child.stdio[3] as Duplex, {
      incoming: childToRunner,
      maxFrameBytes: maxChildFrameBytes,
      listener: {
        message(message) {
          count();
          if (message.type === "memory") peakBytes = Math.max(peakBytes, message.residentBytes);
          else listener.message(message);
        },
        broken(reason) {
          broken = reason;
          child.kill("SIGKILL");
        },
        closed() {},
      },
    });
    for (const [name, stream] of [["stdout", child.stdout!], ["stderr", child.stderr!]] as const) {
      const splitter = new LineSplitter(maxLineChars);
      const tell = (line: string) => {
        count();
        if (name === "stderr") lastWords = `${lastWords}${line}\n`.slice(-lastWordsChars);
        listener.line(line, name);
      };
      stream.on("data", (piece: Buffer) => splitter.push(piece).forEach(tell));
      stream.on("end", () => splitter.end().forEach(tell));
    }

    const exited = new Promise<ChildExit>((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null) => {
        if (uid !== null) giveUidBack(uid);
        channel.close();
        resolve({ code, signal, lastWords, peakBytes, broken, killed });
      };
      child.once("error", (error) => {
        lastWords += `${error.message}\n`;
        if (child.pid === undefined) end(null, null);
      });
      // What is still in the pipes must flow, or "close" never comes.
      child.once("exit", () => {
        paused = held = false;
        apply();
      });
      child.once("close", end);
    });

    void channel.send({ type: "start", task: options.task, folders: command.folders, threads: options.threads });
    return {
      send: (message) => void channel.send(message),
      pause() {
        paused = true;
        apply();
      },
      resume() {
        paused = false;
        apply();
      },
      kill() {
        killed = true;
        child.kill("SIGKILL");
      },
      exited,
    };
  } catch (error) {
    if (uid !== null) giveUidBack(uid);
    throw error;
  }
}
