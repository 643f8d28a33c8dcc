import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { LatheError } from "#lib/domain/errors";
import type { SandboxTools } from "./command";
import { findGraphics } from "./graphics";
import { systemMounts } from "./system-folders";

export type Sandbox = {
  tools: SandboxTools;
  /** whether jobs may be started */
  accepted: boolean;
  /** for the Runners page: what shuts jobs in, or what is missing and how to get it */
  message: string;
};

const run = promisify(execFile);
const install = "Install bubblewrap (Debian, Ubuntu: apt install bubblewrap; Fedora: dnf install bubblewrap) and start the runner again.";

/**
 * Looks how children can be shut in, by doing it.
 * @param options.setting LATHE_SANDBOX: `none` goes without where that is allowed
 * @param options.engine LATHE_ENGINE, if set: what children compute on
 * @param options.loopback whether web is reachable from this machine only, so that there is one local user
 */
export async function detectSandbox(options: { setting: string | null; loopback: boolean; engine?: string | null; path?: string }): Promise<Sandbox> {
  const { setting, loopback, engine = null } = options;
  const find = (name: string) => findProgram(name, options.path ?? process.env.PATH ?? "");
  const asRoot = process.getuid?.() === 0;
  const tools: SandboxTools = { kind: "bubblewrap", asRoot, bwrap: find("bwrap"), prlimit: find("prlimit"), setpriv: find("setpriv"), engine, graphics: findGraphics(engine) };
  const without = (why: string): Sandbox => ({
    tools: { ...tools, kind: "none" },
    accepted: loopback,
    message: loopback
      ? `Jobs run WITHOUT a sandbox, with the runner's own rights: ${why} That is acceptable only for a single person on their own machine. ${install}`
      : `No job is started: ${why} Lathe listens to other machines, so jobs must be shut in. ${install}`,
  });

  if (setting === "none") return without("LATHE_SANDBOX is none.");
  if (setting !== null && setting !== "bubblewrap") {
    throw new LatheError({
      code: "invalid_setting",
      message: `LATHE_SANDBOX is "${setting}", which is no kind of sandbox.`,
      nextStep: "Leave it away, or set it to bubblewrap or none.",
    });
  }
  const problem = await tryOut(tools);
  if (problem) return without(problem);
  const account = asRoot ? "an account of its own" : "a user namespace of its own";
  const limits = tools.prlimit ? "limits on memory, processor time, processes and file sizes" : "no limits: prlimit (package util-linux) is missing";
  return { tools, accepted: true, message: `bubblewrap: each job in ${account}, without network; ${limits}.` };
}

/** @returns why it does not work, as a sentence; null when it does */
async function tryOut({ bwrap, setpriv, asRoot }: SandboxTools): Promise<string | null> {
  if (process.platform !== "linux") return `bubblewrap exists on Linux only, and this is ${process.platform}.`;
  if (!bwrap) return "bubblewrap is not installed.";
  if (asRoot && !setpriv) return "setpriv (package util-linux) is not installed.";
  const identity = asRoot ? [] : ["--unshare-user", "--uid", "1000", "--gid", "1000"];
  const become = asRoot ? [setpriv!, "--reuid=60099", "--regid=60099", "--clear-groups", "--no-new-privs", "--bounding-set=-all"] : [];
  const args = [
    "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", ...identity, "--die-with-parent", "--clearenv",
    ...systemMounts(), "--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--size", "65536", "--tmpfs", "/tmp",
    "--", ...become, "/usr/bin/true",
  ];
  try {
    await run(bwrap, args, { timeout: 10_000, env: { NODE_ENV: "production" } });
    return null;
  } catch (error) {
    const { stderr = "", message } = error as { stderr?: string; message: string };
    return `bubblewrap does not work here (${(stderr.trim() || message).split("\n")[0]}).`;
  }
}

function findProgram(name: string, searchPath: string): string | null {
  for (const folder of [...searchPath.split(path.delimiter), "/usr/bin", "/bin"]) {
    if (!path.isAbsolute(folder)) continue;
    const file = path.join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      continue;
    }
  }
  return null;
}

/** @throws LatheError `sandbox_missing` where jobs may not be started */
export function requireSandbox({ accepted, message }: Sandbox): void {
  if (accepted) return;
  throw new LatheError({
    code: "sandbox_missing",
    message,
    nextStep: `On the runner's machine: apt install bubblewrap, then start the runner again.`,
    status: 503,
  });
}
