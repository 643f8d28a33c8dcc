import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import path from "node:path";
import { randomBytes } from "node:crypto";
import type { Files } from "./files";

/**
 * One store at a time in a folder: two would overwrite each other's index. The file names the process that holds it and
 * when that began, so that a process that died, or another that got its number since, does not lock anyone out.
 * @param patienceMs how long to wait for a predecessor that is ending
 * @throws Error when a living store holds it
 */
export async function lockFolder(files: Files, folder: string, patienceMs = 5_000): Promise<{ release(): Promise<void> }> {
  const target = path.join(folder, "lock");
  const own = `${process.pid} ${startOf(process.pid)} ${randomBytes(8).toString("hex")}\n`;
  for (const deadline = Date.now() + patienceMs; ; await delay(50)) {
    if (await create(files, target, own)) break;
    const holder = await files.readFile(target, "utf8").catch(emptyIfMissing);
    const [pid = "", start] = holder.split(" ");
    const late = Date.now() > deadline;
    // Half a lock is being written just now, or was left by a crash in that moment.
    const stale = holder.endsWith("\n") ? startOf(Number(pid)) !== start : late;
    if (stale) await takeAway(files, target, holder);
    else if (late) throw new Error(`${folder} is in use by another object store (process ${pid.trim() || "unknown"}). Stop that one first.`);
  }
  return {
    async release() {
      if ((await files.readFile(target, "utf8").catch(emptyIfMissing)) === own) await files.unlink(target);
    },
  };
}

async function create(files: Files, target: string, text: string): Promise<boolean> {
  try {
    const file = await files.open(target, "wx", 0o600);
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Of several that see a dead holder only one gets to rename its file. */
async function takeAway(files: Files, target: string, holder: string): Promise<void> {
  const aside = `${target}.${randomBytes(6).toString("hex")}`;
  try {
    await files.rename(target, aside);
  } catch (error) {
    emptyIfMissing(error as NodeJS.ErrnoException);
    return;
  }
  // Somebody faster may have put a living lock there since it was read.
  if ((await files.readFile(aside, "utf8")) === holder) await files.unlink(aside);
  else await files.rename(aside, target);
}

function emptyIfMissing(error: NodeJS.ErrnoException): string {
  if (error.code === "ENOENT") return "";
  throw error;
}

/** When a process began (in the system's own count); "alive" where only that can be told, "" when there is none. */
function startOf(pid: number): string {
  if (!Number.isInteger(pid) || pid <= 0) return "";
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return "";
  }
  try {
    // The command's name stands in brackets and may hold anything; the start is the 20th field after it (proc(5)).
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    // A zombie holds nothing; it only waits for its parent to hear of its end.
    return fields[0] === "Z" ? "" : (fields[19] ?? "alive");
  } catch {
    return "alive";
  }
}
