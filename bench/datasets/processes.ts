import { readdir, readFile } from "node:fs/promises";

const mains = { runner: "runner/main.ts", web: "app/_server/main.ts", store: "storage/server/main.ts" };

/** The most memory that one of a Lathe's processes has had resident. Linux only. @throws Error when it does not run */
export async function peakResidentMiB(home: string, program: keyof typeof mains): Promise<number> {
  for (const pid of await readdir("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      const [words, environment] = await Promise.all([readFile(`/proc/${pid}/cmdline`, "utf8"), readFile(`/proc/${pid}/environ`, "utf8")]);
      if (!words.includes(mains[program]) || !environment.split("\0").some((line) => line.startsWith("LATHE_") && line.includes(home))) continue;
      const peak = /^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, "utf8"));
      if (peak) return Number(peak[1]) / 1024;
    } catch {
      // It ended, or it is somebody else's.
    }
  }
  throw new Error(`no ${program} of ${home} is running`);
}
