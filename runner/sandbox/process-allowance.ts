import { readdir, readFile } from "node:fs/promises";

/**
 * The kernel counts processes per account. As root a child has an account of its own; as somebody else it shares the
 * runner's, whose present threads have to be added.
 */
export async function processAllowance(processes: number, asRoot: boolean): Promise<number> {
  if (asRoot) return processes;
  const uid = String(process.getuid?.() ?? "");
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const counts = await Promise.all(
    pids.map(async (pid) => {
      // A process that ended meanwhile counts for nothing.
      const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
      return /^Uid:\s+(\d+)/m.exec(status)?.[1] === uid ? Number(/^Threads:\s+(\d+)/m.exec(status)?.[1] ?? 0) : 0;
    }),
  );
  return processes + counts.reduce((sum, count) => sum + count, 0);
}
