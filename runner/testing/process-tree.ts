import { readdir, readFile } from "node:fs/promises";

/** All processes below one, as Linux has them now. */
export async function descendants(pid: number): Promise<number[]> {
  const all = await processes();
  const found: number[] = [];
  for (let level = [pid]; level.length > 0; ) {
    level = all.filter(({ parent }) => level.includes(parent)).map((one) => one.pid);
    found.push(...level);
  }
  return found;
}

export async function alive(pids: readonly number[]): Promise<number[]> {
  const now = new Set((await processes()).map(({ pid }) => pid));
  return pids.filter((pid) => now.has(pid));
}

async function processes(): Promise<{ pid: number; parent: number }[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const rows = await Promise.all(
    pids.map(async (pid) => {
      // One that ended meanwhile is no process.
      const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
      return { pid: Number(pid), parent: Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? -1) };
    }),
  );
  return rows.filter(({ parent }) => parent >= 0);
}
