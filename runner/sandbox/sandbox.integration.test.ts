import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ChildToRunner } from "#lib/protocol/child";
import { Program } from "../../bin/testing/program";
import { alive, descendants } from "../testing/process-tree";
import { messagesPerSecond, startChild } from "./child";
import { detectSandbox, type Sandbox } from "./detect";
import { explainExit } from "./exit-reason";
import { limitsFor } from "./limits";

const root = path.resolve(import.meta.dirname, "../..");
const memoryBytes = 2 * 1024 ** 3;
const limits = limitsFor({ memoryBytes, wallMs: 60_000 });

let folder: string;
let sandbox: Sandbox;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "lathe-sandbox-"));
  for (const name of ["in", "out"]) await mkdir(path.join(folder, name), { mode: 0o755 });
  sandbox = await detectSandbox({ setting: null, loopback: false });
  expect(sandbox.accepted, sandbox.message).toBe(true);
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs the hostile child to its end. */
async function attack(order: object, more: Partial<typeof limits> = {}) {
  await writeFile(path.join(folder, "in/attack.json"), JSON.stringify(order), { mode: 0o644 });
  const lines: string[] = [];
  const messages: ChildToRunner[] = [];
  let flooded = 0;
  const child = await startChild({
    tools: sandbox.tools,
    place: { root, node: process.execPath, entry: "runner/testing/hostile-child.ts", folders: { input: path.join(folder, "in"), output: path.join(folder, "out") } },
    limits: { ...limits, ...more },
    task: { kind: "probe" },
    threads: 1,
    listener: {
      message(message) {
        messages.push(message);
        if (message.type === "ended") child.kill();
      },
      line: (text, stream) => void (stream === "stdout" && lines.push(text)),
      flooding: () => flooded++,
    },
  });
  const exit = await child.exited;
  return { exit, messages, flooded, found: lines.length > 0 ? (JSON.parse(lines.at(-1)!) as Record<string, unknown>) : exit.lastWords };
}

describe("a sandboxed child", () => {
  it("sees no secret: neither files, nor environment, nor other processes; and changes nothing but its own folders", async () => {
    const secret = path.join(folder, "local.json");
    await writeFile(secret, "{}", { mode: 0o644 });
    process.env.LATHE_S3_SECRET_ACCESS_KEY ??= "a-secret";
    const hidden = [secret, path.join(root, ".lathe/local.json"), path.join(root, ".git/HEAD"), "/etc/passwd", "/etc/shadow", "/etc/hostname"];
    const { found } = await attack({ name: "look-around", files: [...hidden, "/lathe/package.json", "/proc/1/environ"] });
    expect(found).toMatchObject({
      read: { ...Object.fromEntries(hidden.map((file) => [file, "ENOENT"])), "/proc/1/environ": "EACCES" },
      written: { "/x": "EROFS", "/lathe/x": "EROFS", "/lathe/lib/x": "EROFS", "/usr/x": "EROFS", "/job/in/x": "EROFS", "/tmp/x": "done", "/job/out/x": "done" },
    });
    const { environment, root: top, processes, uid, read } = found as { environment: object; root: string[]; processes: number; uid: number; read: Record<string, number> };
    expect(Object.keys(environment).toSorted()).toEqual(["HOME", "LANG", "NODE_ENV", "NODE_NO_WARNINGS", "PATH", "PWD", "TMPDIR"]);
    expect(top.filter((name) => !["bin", "sbin", "lib", "lib32", "lib64", "usr", "etc", "proc", "dev", "tmp", "lathe", "job", "node"].includes(name))).toEqual([]);
    // bwrap's reaper, node, and esbuild for tsx
    expect(processes).toBeLessThanOrEqual(4);
    expect(uid).toBeGreaterThanOrEqual(1000);
    expect(read["/lathe/package.json"]).toBeGreaterThan(0);
  });

  it("reaches no port of this machine", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      const { found } = await attack({ name: "connect", port: (server.address() as AddressInfo).port });
      expect(found).toBe("ECONNREFUSED");
    } finally {
      server.close();
    }
  });

  it("cannot multiply beyond its limit", async () => {
    const { found } = await attack({ name: "multiply" });
    const { started } = found as unknown as { started: number };
    expect(started).toBeGreaterThan(50);
    expect(started).toBeLessThanOrEqual(limits.processes);
  });

  it.each(["eat-memory", "eat-buffers"])("ends for want of memory, with figures (%s)", async (name) => {
    const { exit, messages } = await attack({ name }, { memoryBytes: 1024 ** 3 });
    expect(messages).toEqual([]);
    const { stopReason, problem } = explainExit(exit, { ...limits, memoryBytes: 1024 ** 3 });
    expect([stopReason, problem.code], exit.lastWords).toEqual(["out-of-memory", "out_of_memory"]);
    expect(problem.message).toContain("1.0 GiB");
  });

  it("cannot write a file beyond its limit", async () => {
    const { found } = await attack({ name: "fill-disk", bytes: 2 * 1024 ** 2 }, { fileBytes: 1024 ** 2 });
    expect(found).toBe("EFBIG");
  });

  it("is slowed down when it floods, and nothing it said is lost", async () => {
    // What lies in the socket's buffers when the hold begins, some thousand lines, comes through in the same second.
    const lines = messagesPerSecond * 4;
    const beganMs = Date.now();
    const { messages, flooded } = await attack({ name: "flood", lines });
    expect(messages.filter(({ type }) => type === "log")).toHaveLength(lines);
    expect(flooded).toBe(1);
    expect(Date.now() - beganMs).toBeGreaterThan(2_000);
  });

  it("is ended when it says what the protocol does not have", async () => {
    const { exit } = await attack({ name: "babble" });
    expect(explainExit(exit, limits)).toMatchObject({ stopReason: "error", problem: { code: "child_broken" } });
  });

  it("dies with all it started when the runner is killed", async () => {
    await writeFile(path.join(folder, "in/attack.json"), JSON.stringify({ name: "wait" }), { mode: 0o644 });
    const starter = path.join(folder, "start.mts");
    await writeFile(
      starter,
      `import { startChild } from ${JSON.stringify(path.join(root, "runner/sandbox/child.ts"))};
      const child = await startChild({ ...JSON.parse(process.env.ORDER), listener: { message() {}, line: (text) => console.log("child:", text) } });
      await child.exited;`,
    );
    const order = {
      tools: sandbox.tools, limits, threads: 1, task: { kind: "probe" },
      place: { root, node: process.execPath, entry: "runner/testing/hostile-child.ts", folders: { input: path.join(folder, "in"), output: path.join(folder, "out") } },
    };
    const program = new Program(["--import", "tsx", starter], { cwd: root, env: { ORDER: JSON.stringify(order) } });
    await program.line(/^child: waiting$/);
    const family = await descendants(program.pid);
    // bwrap twice, node, and what it started
    expect(family.length).toBeGreaterThanOrEqual(4);
    await program.end("SIGKILL");
    const endMs = Date.now() + 10_000;
    let left = family;
    while (left.length > 0 && Date.now() < endMs) left = await alive(left);
    expect(left).toEqual([]);
  });
});
