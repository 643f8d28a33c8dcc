import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect, Socket } from "node:net";
import path from "node:path";
import { runnerToChild, type ChildToRunner, type RunnerToChild } from "#lib/protocol/child";
import { openChannel } from "../channel/channel";
import { encodeFrame } from "../channel/frames";

/**
 * A child that tries to get out, for the sandbox's tests. Its input folder's `attack.json` says how: {name, …}. What it
 * finds it prints as one line of JSON.
 */
type Attack =
  | { name: "look-around"; files: string[] }
  | { name: "connect"; port: number }
  | { name: "multiply" }
  | { name: "eat-memory" }
  | { name: "eat-buffers" }
  | { name: "fill-disk"; bytes: number }
  | { name: "flood"; lines: number }
  | { name: "babble" }
  | { name: "wait" };

const raw = new Socket({ fd: 3, readable: true, writable: true });
const channel = openChannel<RunnerToChild, ChildToRunner>(raw, {
  incoming: runnerToChild,
  maxFrameBytes: 1024 ** 2,
  listener: {
    message(message) {
      if (message.type === "start") void attack(message.folders);
    },
    broken: (reason) => console.error(reason),
    closed() {},
  },
});

async function attack(folders: { input: string; output: string }): Promise<void> {
  const order = JSON.parse(readFileSync(path.join(folders.input, "attack.json"), "utf8")) as Attack;
  const found = await perform(order, folders);
  if (found !== undefined) console.log(JSON.stringify(found));
  await channel.send({ type: "ended", reason: "completed", error: null, model: null });
}

async function perform(order: Attack, folders: { input: string; output: string }): Promise<unknown> {
  switch (order.name) {
    case "look-around":
      return {
        environment: process.env,
        uid: process.getuid?.(),
        root: readdirSync("/"),
        processes: readdirSync("/proc").filter((name) => /^\d+$/.test(name)).length,
        read: Object.fromEntries(order.files.map((file) => [file, attempt(() => readFileSync(file, "utf8").length)])),
        written: Object.fromEntries(
          ["/x", "/lathe/x", "/lathe/lib/x", "/usr/x", `${folders.input}/x`, "/tmp/x", `${folders.output}/x`].map((file) => [file, attempt(() => writeFileSync(file, "x"))]),
        ),
      };
    case "connect":
      return new Promise((resolve) => {
        const socket = connect(order.port, "127.0.0.1");
        socket.on("connect", () => resolve("connected"));
        socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code));
      });
    case "multiply": {
      const children = [];
      for (let i = 0; i < 2_000; i++) {
        const child = spawn("/usr/bin/sleep", ["60"], { stdio: "ignore" });
        child.on("error", () => {});
        if (child.pid === undefined) return { started: i };
        children.push(child);
      }
      return { started: children.length };
    }
    case "eat-memory": {
      const kept: number[][] = [];
      for (;;) kept.push(new Array<number>(1e6).fill(kept.length + 0.5));
    }
    case "eat-buffers": {
      const kept: Buffer[] = [];
      for (;;) kept.push(Buffer.alloc(64 * 1024 ** 2, 1));
    }
    case "fill-disk":
      return attempt(() => writeFileSync(path.join(folders.output, "large"), Buffer.alloc(order.bytes)));
    case "flood":
      for (let i = 0; i < order.lines; i++) await channel.send({ type: "log", level: "info", text: `line ${i}` });
      return undefined;
    case "babble":
      for (const part of encodeFrame({ type: "made-up" })) raw.write(part);
      return new Promise(() => {});
    case "wait":
      console.log("waiting");
      spawn("/usr/bin/sleep", ["600"], { stdio: "ignore" });
      return new Promise(() => setInterval(() => {}, 1_000));
  }
}

function attempt(act: () => unknown): unknown {
  try {
    return act() ?? "done";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}
