import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { root } from "../preflight/settings.mjs";
import { freePort } from "./free-port";
import { Program } from "./program";

/** As long as a first start may take: building the pages on a busy machine. */
const READY_MS = 10 * 60_000;

export type RunningLathe = {
  url: string;
  /** The local administrator's API key. */
  token: string;
  /** Its LATHE_HOME; left behind when it ends, so that a next start can take up there. */
  home: string;
  /** The one-time link; good for one use. */
  signInUrl: string;
  /** Everything it printed so far. */
  lines: readonly string[];
  /** SIGTERM; resolves with the exit code when all is stopped. */
  stop(): Promise<number | NodeJS.Signals | null>;
  /** Kills the supervisor alone, as a crash would. */
  kill9(): Promise<void>;
};

/**
 * Runs the real `node bin/start.mjs` until it says it is ready.
 * @param options.home taken up where it stands; a new one in the system's temporary folder by default
 * @param options.env on top of ours; `LATHE_PORT` is a free one by default
 * @throws Error with all it printed when it ends before it is ready
 */
export async function startLathe(options: { home?: string; env?: Record<string, string> } = {}): Promise<RunningLathe> {
  const home = options.home ?? (await newHome());
  try {
    return await run(home, options.env ?? {});
  } catch (error) {
    if (!options.home) await rm(home, { recursive: true });
    throw error;
  }
}

async function run(home: string, env: Record<string, string>): Promise<RunningLathe> {
  const program = new Program([path.join(root, "bin/start.mjs")], {
    cwd: root,
    env: {
      LATHE_HOME: home,
      LATHE_PORT: String(await freePort()),
      LATHE_HOST: "127.0.0.1",
      // A test must never reinstall the packages it runs from, nor end up in somebody's own database or store.
      LATHE_SKIP_INSTALL: "1",
      DATABASE_URL: undefined,
      LATHE_PUBLIC_URL: undefined,
      LATHE_S3_ENDPOINT: undefined,
      LATHE_S3_PUBLIC_ENDPOINT: undefined,
      LATHE_S3_REGION: undefined,
      LATHE_S3_ACCESS_KEY_ID: undefined,
      LATHE_S3_SECRET_ACCESS_KEY: undefined,
      ...env,
    },
  });
  const [, url = ""] = await program.line(/^Lathe is ready: (\S+)$/, READY_MS).catch(async (error: unknown) => {
    await program.end("SIGTERM");
    throw error;
  });
  const [, signInUrl = ""] = await program.line(/^Sign in: (\S+)/);
  const { token } = JSON.parse(await readFile(path.join(home, "local.json"), "utf8")) as { token: string };
  return {
    url,
    token,
    home,
    signInUrl,
    lines: program.lines,
    stop: () => program.end("SIGTERM"),
    kill9: async () => void (await program.end("SIGKILL")),
  };
}

async function newHome(): Promise<string> {
  const home = await mkdtemp(path.join(tmpdir(), "lathe-home-"));
  // Root's PostgreSQL runs as another account, who must get through to its data.
  await chmod(home, 0o711);
  return home;
}
