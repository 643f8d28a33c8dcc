import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { step } from "./console.mjs";
import { root, StartError } from "./settings.mjs";

const lockFile = path.join(root, "package-lock.json");
const modules = path.join(root, "node_modules");
const stampFile = path.join(modules, ".lathe-lock-hash");
const KEPT_LINES = 30;

/** Packages whose install scripts would reach for hosts that a closed network lacks. */
export const offlineEnvironment = {
  ONNXRUNTIME_NODE_INSTALL: "skip",
  NEXT_TELEMETRY_DISABLED: "1",
  CHECKPOINT_DISABLE: "1",
  PRISMA_SCHEMA_ENGINE_BINARY: "/bin/true",
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: "1",
};

/**
 * Whether what npm wrote down about node_modules is what the lock asks for. Packages for other platforms may be
 * absent, and those for development too unless they are asked for.
 * @param {Record<string, any>} wanted the lock's packages
 * @param {Record<string, any>} present node_modules/.package-lock.json's packages
 * @param {boolean} dev
 */
export function satisfies(wanted, present, dev) {
  return Object.entries(wanted).every(([place, entry]) => {
    if (place === "" || entry.optional || entry.devOptional || entry.peer) return true;
    if (entry.dev && !dev) return true;
    const found = present[place];
    return found !== undefined && found.version === entry.version && found.integrity === entry.integrity;
  });
}

/** @param {string} file */
function packagesOf(file) {
  return JSON.parse(readFileSync(file, "utf8")).packages;
}

/** @param {boolean} dev */
function isInstalled(dev) {
  const hiddenLock = path.join(modules, ".package-lock.json");
  if (!existsSync(hiddenLock)) return false;
  const hash = createHash("sha256").update(readFileSync(lockFile)).update(dev ? "dev" : "").digest("hex");
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === hash) return true;
  if (!satisfies(packagesOf(lockFile), packagesOf(hiddenLock), dev)) return false;
  writeFileSync(stampFile, hash);
  return true;
}

/**
 * @param {AbortSignal} stop
 * @returns {Promise<void>}
 */
function npmCi(stop) {
  const npm = process.env.npm_execpath;
  const [file, ...words] = npm?.endsWith(".js") ? [process.execPath, npm] : ["npm"];
  const env = { ...process.env, ...offlineEnvironment };
  const child = spawn(file, [...words, "ci", "--include=dev", "--include=optional", "--no-fund", "--no-audit"], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
  const interrupt = () => child.kill("SIGTERM");
  stop.addEventListener("abort", interrupt);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      stop.removeEventListener("abort", interrupt);
      if (code === 0 || stop.aborted) return resolve();
      const lines = said.trim().split("\n").slice(-KEPT_LINES).join("\n");
      reject(new StartError(`npm ci failed:\n${lines}`, "Check that this machine reaches the npm registry (npm ping), then start again."));
    });
  });
}

/**
 * Makes node_modules what package-lock.json says, unless it is already.
 * @param {{ dev: boolean, stop: AbortSignal }} options dev: whether the tools that only tests need must be there
 */
export async function install({ dev, stop }) {
  // A test that starts Lathe from a checkout in use must never take its node_modules away.
  if (process.env.LATHE_SKIP_INSTALL === "1" || isInstalled(dev)) return;
  await step("Packages installed", () => npmCi(stop), { announce: "Installing packages (npm ci; a minute or so) …" });
  if (!stop.aborted) isInstalled(dev);
}
