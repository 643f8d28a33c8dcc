import path from "node:path";
import { LatheError } from "#lib/domain/errors";
import { memoryLimit } from "./sandbox/limits";

export type RunnerConfig = {
  databaseUrl: string;
  /** web's address */
  webUrl: string;
  token: string;
  name: string;
  /** holds this runner's working folders; emptied at start */
  folder: string;
  /** the repository */
  root: string;
  /** jobs at once */
  slots: number;
  /** models served at once */
  deployments: number;
  /** of one child */
  memoryBytes: number;
  /** LATHE_SANDBOX */
  sandbox: string | null;
  /** LATHE_ENGINE */
  engine: string | null;
  /** web is reachable from this machine only: there is a single local user */
  loopback: boolean;
};

const loopbackHosts = new Set(["127.0.0.1", "::1", "[::1]", "localhost"]);
const root = path.resolve(import.meta.dirname, "..");

/** @throws LatheError `invalid_setting` */
export function readConfig(env: Record<string, string | undefined>): RunnerConfig {
  const need = (name: string, example: string) => {
    const value = env[name];
    if (value) return value;
    throw invalid(`${name} is not set.`, `Start Lathe with \`npm start\`, which sets it, or set it, for example to ${example}.`);
  };
  const count = (name: string, fallback: number, least: number) => {
    const text = env[name];
    if (!text) return fallback;
    const value = Number(text);
    if (Number.isInteger(value) && value >= least) return value;
    throw invalid(`${name} is "${text}", which is no whole number of at least ${least}.`, `Leave it away for ${fallback}.`);
  };
  const webUrl = need("LATHE_URL", "http://127.0.0.1:3000");
  if (!URL.canParse(webUrl)) throw invalid(`LATHE_URL is "${webUrl}", which is no address.`, "Write it like http://127.0.0.1:3000.");
  const name = env.LATHE_RUNNER_NAME || "local";
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) {
    throw invalid(`LATHE_RUNNER_NAME is "${name}".`, "Use 1 to 63 lower-case letters, digits and hyphens, for example gpu-1.");
  }
  const home = path.resolve(env.LATHE_HOME || path.join(root, ".lathe"));
  const memory = count("LATHE_RUNNER_MEMORY", 0, 1);
  return {
    databaseUrl: need("DATABASE_URL", "postgresql://user:password@127.0.0.1:5432/lathe"),
    webUrl,
    token: need("LATHE_RUNNER_TOKEN", "the token shown when the runner was made"),
    name,
    folder: path.join(home, "runner", name),
    root,
    slots: count("LATHE_RUNNER_SLOTS", 1, 1),
    deployments: count("LATHE_RUNNER_DEPLOYMENTS", 8, 0),
    memoryBytes: memoryLimit(memory === 0 ? null : memory),
    sandbox: env.LATHE_SANDBOX || null,
    engine: env.LATHE_ENGINE || null,
    loopback: loopbackHosts.has(env.LATHE_HOST || new URL(webUrl).hostname),
  };
}

function invalid(message: string, nextStep: string): LatheError {
  return new LatheError({ code: "invalid_setting", message, nextStep });
}
