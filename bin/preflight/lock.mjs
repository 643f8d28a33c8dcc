import { chmodSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { identify, isStillThere } from "./identity.mjs";
import { StartError } from "./settings.mjs";

/** @param {string} file */
function readHolder(file) {
  try {
    const { pid, identity, url } = JSON.parse(readFileSync(file, "utf8"));
    return { pid, identity, url };
  } catch {
    return null;
  }
}

/**
 * Writes a file that appears whole or not at all, and only where none is.
 * @param {string} file
 * @param {string} text
 */
function createWhole(file, text) {
  const partial = `${file}.${process.pid}`;
  writeFileSync(partial, text);
  try {
    linkSync(partial, file);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(partial);
  }
}

/**
 * Moves a dead holder's lock out of the way. Should another start have taken the lock since we looked, ours is the
 * newer wish: its lock is put back.
 * @param {string} file
 */
function removeStale(file) {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (error.code === "ENOENT") return;
    throw error;
  }
  const moved = readHolder(aside);
  if (moved && isStillThere(moved)) {
    try {
      linkSync(aside, file);
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
  }
  rmSync(aside);
}

/**
 * One supervisor a home: makes the home and takes its lock, `run/supervisor.json`.
 * @param {import("./settings.mjs").Settings} settings
 */
export function takeLock({ home, url }) {
  const runFolder = path.join(home, "run");
  // Root's PostgreSQL runs as another account, which must pass through the home to its own folder.
  const made = mkdirSync(home, { recursive: true, mode: 0o755 });
  if (made) chmodSync(home, process.getuid?.() === 0 ? 0o711 : 0o700);
  mkdirSync(runFolder, { recursive: true, mode: 0o700 });
  const file = path.join(runFolder, "supervisor.json");
  const text = JSON.stringify({ pid: process.pid, identity: identify(process.pid), url });
  while (!createWhole(file, text)) {
    const holder = readHolder(file);
    if (holder && isStillThere(holder))
      throw new StartError(`Lathe is already running here (pid ${holder.pid}): ${holder.url}`, "");
    removeStale(file);
  }
  return {
    release() {
      if (readHolder(file)?.pid === process.pid) rmSync(file, { force: true });
    },
  };
}
