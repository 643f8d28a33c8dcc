import { createServer } from "node:net";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { identify } from "../preflight/identity.mjs";
import { root } from "../preflight/settings.mjs";
import { freePort } from "../testing/free-port";
import { Program } from "../testing/program";

const tsx = import.meta.resolve("tsx");
const IDLE = "setInterval(() => {}, 1000);";
/** Ends itself with its supervisor, as ours do; says so with its pid. */
const good = `process.on('disconnect', () => process.exit()); console.log('ready', process.pid); ${IDLE}`;
/** Like PostgreSQL: knows nothing of its supervisor, and ends when asked. */
const foreign = `process.on('SIGTERM', () => { console.log('asked'); process.exit() }); console.log('ready'); ${IDLE}`;

type Fake = { name: string; script: string; channel: boolean };
const store: Fake = { name: "store", script: foreign, channel: false };
const web: Fake = { name: "web", script: good, channel: true };

let home: string;
let port: number;
let programs: Program[];

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), "lathe-supervise-"));
  port = await freePort();
  programs = [];
});

afterEach(async () => {
  for (const program of programs) await program.end("SIGTERM");
  await rm(home, { recursive: true });
});

function start(fakes: Fake[], env: Record<string, string> = {}): Program {
  const program = new Program(["--import", tsx, path.join(root, "bin/testing/supervised.ts")], {
    cwd: root,
    env: { LATHE_HOME: home, LATHE_PORT: String(port), LATHE_HOST: "127.0.0.1", FAKE_PLANS: JSON.stringify(fakes), ...env },
  });
  programs.push(program);
  return program;
}

async function pidOf(name: string): Promise<number> {
  return (JSON.parse(await readFile(path.join(home, "run", `${name}.json`), "utf8")) as { pid: number }).pid;
}

async function gone(pid: number): Promise<void> {
  while (identify(pid) !== null) await sleep(20);
}

describe("stopping", () => {
  it.each(["SIGTERM", "SIGINT"] as const)("stops all in reverse on %s and exits 0", async (signal) => {
    const slow = `process.on('SIGTERM', () => setTimeout(() => { console.log('bye'); process.exit() }, 200)); ${good}`;
    const program = start([store, { name: "web", script: slow, channel: true }]);
    await program.line(/^All ready/);
    const pids = await Promise.all([pidOf("store"), pidOf("web")]);
    expect(await program.end(signal)).toBe(0);
    expect(pids.map(identify)).toEqual([null, null]);
    expect(await readFile(path.join(home, "logs/web.log"), "utf8")).toContain("bye");
    expect(await readdir(path.join(home, "run"))).toEqual([]);
  });
});

describe("a child that dies", () => {
  it("is started again, saying so with its last words, and the others stay", async () => {
    const script = `process.on('SIGUSR2', () => { throw new Error('no disk left') }); ${good}`;
    const program = start([store, { name: "web", script, channel: true }]);
    await program.line(/^All ready/);
    const [storePid, webPid] = await Promise.all([pidOf("store"), pidOf("web")]);
    process.kill(webPid, "SIGUSR2");
    const [line] = await program.line(/^web ended.*/);
    expect(line).toContain("(exit 1); starting it again in 1 s. It last said: Error: no disk left");
    await program.line(/^web is back/);
    expect(await pidOf("web")).not.toBe(webPid);
    expect(await pidOf("store")).toBe(storePid);
  });

  it("before it was ever ready makes the start fail with its last lines, all stopped, exit 1", async () => {
    const program = start([store, { name: "web", script: "throw new Error('no secret')", channel: true }]);
    expect(await program.ended()).toBe(1);
    const said = program.lines.join("\n");
    expect(said).toContain("web did not start: exit 1");
    expect(said).toContain("  Error: no secret");
    expect(await readdir(path.join(home, "run"))).toEqual([]);
  });
});

describe("kill -9 of the supervisor", () => {
  it("takes our own children with it; the next start ends the rest and starts anew", async () => {
    const first = start([store, web]);
    await first.line(/^All ready/);
    const [storePid, webPid] = await Promise.all([pidOf("store"), pidOf("web")]);
    await first.end("SIGKILL");
    await gone(webPid);
    expect(identify(storePid)).not.toBeNull();

    const second = start([store, web]);
    await second.line(new RegExp(`^Ended store \\(pid ${storePid}\\)`));
    await second.line(/^All ready/);
    expect(identify(storePid)).toBeNull();
    expect(await readFile(path.join(home, "logs/store.log"), "utf8")).toContain("ready");
  });

  it("does not make the next start end a program that got the same number since", async () => {
    const first = start([store]);
    await first.line(/^All ready/);
    await first.end("SIGTERM");
    const bystander = new Program(["-e", "console.log('here'); setInterval(() => {}, 1000)"], { cwd: root, env: {} });
    programs.push(bystander);
    await bystander.line(/^here/);
    const leftover = { name: "store", pid: bystander.pid, identity: "another boot:1", stopSignal: "SIGTERM", startedAtMs: 1 };
    await writeFile(path.join(home, "run/store.json"), JSON.stringify(leftover));

    const second = start([store]);
    await second.line(/^All ready/);
    expect(second.lines.join("\n")).not.toContain("Ended");
    expect(identify(bystander.pid)).not.toBeNull();
  });
});

describe("a second start", () => {
  it("beside a running one names it and exits 1", async () => {
    const first = start([store]);
    await first.line(/^All ready/);
    const second = start([store], { LATHE_PORT: String(await freePort()) });
    expect(await second.ended()).toBe(1);
    expect(second.lines).toEqual([`Lathe is already running here (pid ${first.pid}): http://127.0.0.1:${port}`]);
    expect(identify(await pidOf("store"))).not.toBeNull();
  });

  it("at the very same moment leaves exactly one running", async () => {
    await writeFile(path.join(home, "note"), "");
    const racers = await Promise.all(
      Array.from({ length: 4 }, async () => start([web], { LATHE_PORT: String(await freePort()) })),
    );
    const outcomes = await Promise.all(racers.map((racer) => racer.line(/^(All ready|Lathe is already running)/)));
    expect(outcomes.filter(([line]) => line === "All ready")).toHaveLength(1);
  });
});

describe("a port that is taken", () => {
  it("is named, with who has it and what to do, and nothing is changed", async () => {
    const server = createServer().listen(port, "127.0.0.1");
    const program = start([store]);
    expect(await program.ended()).toBe(1);
    expect(program.lines[0]).toMatch(new RegExp(`^Port ${port} on 127.0.0.1 is taken by .*\\.$`));
    expect(program.lines[1]).toMatch(/^Stop it, or pick another port: LATHE_PORT=\d+ npm start$/);
    expect(program.lines).toHaveLength(2);
    expect(await readdir(home)).toEqual(["run"]);
    server.close();
  });
});
