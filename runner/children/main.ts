import { Socket } from "node:net";
import { maxPredictBytes } from "#lib/protocol/runner-socket";
import { maxLogTextChars, runnerToChild, type ChildTask, type ChildToRunner, type RunnerToChild } from "#lib/protocol/child";
import { openChannel } from "../channel/channel";
import { cutText } from "../channel/lines";
import { tellsOfMemory } from "../sandbox/exit-reason";
import { problemOf } from "../work/words";
import type { ChildContext, ChildRequest, Ended } from "./context";

/**
 * A sandboxed child: one task, told over the socket on file descriptor 3, then its end. It has no network, no secret
 * and no file but those of its job; all it makes goes through the socket or its output folder.
 */
const memoryEveryMs = 2_000;

const stopping = new AbortController();
/** requests that came while the work was still being loaded */
const early: ChildRequest[] = [];
let onRequest: (message: ChildRequest) => void = (message) => void early.push(message);
let begun = false;

const channel = openChannel<RunnerToChild, ChildToRunner>(new Socket({ fd: 3, readable: true, writable: true }), {
  incoming: runnerToChild,
  maxFrameBytes: maxPredictBytes + 1024 ** 2,
  listener: {
    message(message) {
      if (message.type === "stop") stopping.abort();
      else if (message.type !== "start") onRequest(message);
      else if (!begun) {
        begun = true;
        void work(message);
      }
    },
    broken: (reason) => fail(`the runner sent ${reason}`),
    // The runner is gone: nobody wants what this makes.
    closed: () => process.exit(0),
  },
});

async function work({ task, folders, threads }: Extract<RunnerToChild, { type: "start" }>): Promise<void> {
  const context: ChildContext = {
    folders,
    threads,
    startedMs: Date.now(),
    stop: stopping.signal,
    send: (message) => channel.send(message),
    log: (level, text) => void channel.send({ type: "log", level, text: cutText(text, maxLogTextChars) }),
    onRequest(listener) {
      onRequest = listener;
      for (const message of early.splice(0)) listener(message);
    },
  };
  setInterval(() => void channel.send({ type: "memory", residentBytes: process.memoryUsage.rss() }), memoryEveryMs).unref();
  let ended: Ended;
  try {
    ended = await perform(context, task);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    ended = { type: "ended", reason: tellsOfMemory(text) ? "out-of-memory" : "error", error: problemOf(error), model: null };
    if (ended.error?.code === "unexpected_error") console.error(text);
  }
  await channel.send(ended);
  // The runner closes the socket when it has read the last word.
}

/** @returns when the task is over; serving and inspecting never are */
async function perform(context: ChildContext, task: ChildTask): Promise<Ended> {
  switch (task.kind) {
    case "probe":
      return (await import("./probe")).probe(context);
    case "inspect":
      return (await import("./inspect")).inspect(context);
    case "unpack":
      return (await import("./unpack")).unpack(context, task);
    case "auto-learn":
      return (await import("./auto-learn")).autoLearn(context, task);
    case "evaluate":
      return (await import("./evaluate")).evaluateBest(context, task);
    case "serve":
      return (await import("./serve")).serve(context, task);
  }
}

function fail(reason: string): never {
  console.error(reason);
  process.exit(1);
}
