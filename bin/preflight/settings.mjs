// Plain JavaScript in this folder: it runs before anything is installed.
import path from "node:path";

export const root = path.resolve(import.meta.dirname, "../..");

/** Something a person can put right; printed without a stack. */
export class StartError extends Error {
  /**
   * @param {string} message what happened and why
   * @param {string} nextStep what to do now
   */
  constructor(message, nextStep) {
    super(message);
    this.name = "StartError";
    this.nextStep = nextStep;
  }
}

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);

/** @param {string} host */
export function isLoopback(host) {
  return LOOPBACK.has(host);
}

/**
 * @param {string} host
 * @param {number} port
 */
export function urlOf(host, port) {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/**
 * @param {Record<string, string | undefined>} env
 * @returns {import("./settings.mjs").Settings}
 */
export function readSettings(env) {
  const home = path.resolve(env.LATHE_HOME || path.join(root, ".lathe"));
  const host = env.LATHE_HOST || "127.0.0.1";
  const port = Number(env.LATHE_PORT || 3000);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new StartError(
      `LATHE_PORT is "${env.LATHE_PORT}", which is no port.`,
      "Set it to a number from 1 to 65535, or leave it away for 3000.",
    );
  const url = urlOf(host, port);
  const publicUrl = (env.LATHE_PUBLIC_URL || url).replace(/\/+$/, "");
  if (!URL.canParse(publicUrl) || !/^https?:$/.test(new URL(publicUrl).protocol))
    throw new StartError(
      `LATHE_PUBLIC_URL is "${publicUrl}", which is no http(s) address.`,
      "Write it like https://lathe.example.org, or leave it away when there is no proxy in front of Lathe.",
    );
  return { home, host, port, url, publicUrl };
}

/** @param {string} version process.versions.node */
export function checkNode(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 9)) return;
  throw new StartError(`This is Node ${version}; Lathe needs 20.9 or later.`, "Install a newer one from https://nodejs.org, then start again.");
}
