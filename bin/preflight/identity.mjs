import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** @param {string} file */
function readOrNull(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

/**
 * What tells a process from a later one with the same number: when it started, in which boot. Null when it is gone.
 * @param {number} pid
 * @returns {string | null}
 */
export function identify(pid) {
  const stat = readOrNull(`/proc/${pid}/stat`);
  if (stat !== null) {
    // The name in parentheses may itself hold blanks and parentheses; counted from its end, start time is field 22.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const state = fields[0];
    if (state === "Z" || state === "X") return null;
    return `${readOrNull("/proc/sys/kernel/random/boot_id")?.trim() ?? ""}:${fields[19]}`;
  }
  if (process.platform === "linux") return null;
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || null;
  } catch {
    return null;
  }
}

/** @param {{ pid: number, identity: string }} known */
export function isStillThere({ pid, identity }) {
  const now = identify(pid);
  return now !== null && now === identity;
}
