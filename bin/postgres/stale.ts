import { execFile } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const FAST_STOP_MS = 10_000;
const IMMEDIATE_STOP_MS = 5_000;
const POLL_MS = 50;

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, but somebody else's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function commandOf(pid: number): Promise<string> {
  const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => null);
  if (line !== null) return line.replaceAll("\0", " ");
  return (await run("ps", ["-o", "command=", "-p", String(pid)]).catch(() => ({ stdout: "" }))).stdout;
}

async function endsWithin(pid: number, waitMs: number): Promise<boolean> {
  const deadline = Date.now() + waitMs;
  while (isAlive(pid)) {
    if (Date.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/**
 * Settles what a killed start left in the data folder: a PostgreSQL that still serves it is stopped, a postmaster.pid
 * whose number another program has by now is removed (PostgreSQL itself would refuse to start).
 * @returns the pid of the PostgreSQL that was stopped, or null
 */
export async function settleStalePostmaster(dataDir: string): Promise<number | null> {
  const file = path.join(dataDir, "postmaster.pid");
  const text = await readFile(file, "utf8").catch(() => null);
  const pid = Number(text?.split("\n")[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return null;
  const command = await commandOf(pid);
  if (!command.includes("postgres") || !command.includes(dataDir)) {
    await rm(file, { force: true });
    return null;
  }
  process.kill(pid, "SIGINT");
  if (!(await endsWithin(pid, FAST_STOP_MS))) {
    process.kill(pid, "SIGQUIT");
    await endsWithin(pid, IMMEDIATE_STOP_MS);
  }
  return pid;
}
