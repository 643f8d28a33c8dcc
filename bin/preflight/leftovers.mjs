import { readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isStillThere } from "./identity.mjs";

const STOP_MS = 10_000;
const KILL_MS = 5_000;
const POLL_MS = 50;

/** @param {string} folder */
function readLeftovers(folder) {
  const leftovers = [];
  for (const name of readdirSync(folder)) {
    if (!name.endsWith(".json") || name === "supervisor.json") continue;
    const file = path.join(folder, name);
    try {
      leftovers.push({ file, ...JSON.parse(readFileSync(file, "utf8")) });
    } catch {
      // Cut short while it was written: nothing in it to act on.
      rmSync(file);
    }
  }
  return leftovers.sort((one, other) => other.startedAtMs - one.startedAtMs);
}

/** @param {{ pid: number, identity: string }} known @param {number} waitMs */
async function endsWithin(known, waitMs) {
  const deadline = Date.now() + waitMs;
  while (isStillThere(known)) {
    if (Date.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** @param {number} pid @param {NodeJS.Signals} signal */
function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

/**
 * Ends what a killed supervisor left running, newest first. A process is only ever signalled while it is the very one
 * that was written down: a number given out again is left alone.
 * @param {string} home LATHE_HOME, locked by us
 * @returns {Promise<{ name: string, pid: number }[]>} what was ended
 */
export async function endLeftovers(home) {
  const ended = [];
  for (const leftover of readLeftovers(path.join(home, "run"))) {
    if (isStillThere(leftover)) {
      send(leftover.pid, leftover.stopSignal);
      if (!(await endsWithin(leftover, STOP_MS))) {
        send(leftover.pid, "SIGKILL");
        await endsWithin(leftover, KILL_MS);
      }
      ended.push({ name: leftover.name, pid: leftover.pid });
    }
    rmSync(leftover.file, { force: true });
  }
  return ended;
}
