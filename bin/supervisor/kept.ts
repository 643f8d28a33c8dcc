import { randomBytes } from "node:crypto";
import { chmod, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { anyFreePort, whatBarsPort } from "../preflight/port.mjs";

/** What a home keeps from one start to the next and no other may read. */
export type Secrets = {
  postgresPassword: string;
  /** Signs sessions. */
  sessionSecret: string;
  runnerToken: string;
  storeAccessKeyId: string;
  storeSecretAccessKey: string;
};

async function readJson<T>(file: string): Promise<Partial<T>> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "{}";
    throw error;
  });
  return JSON.parse(text) as Partial<T>;
}

/** Whole or not at all, and never readable by others, not even for a moment. */
async function writeJson(file: string, value: unknown): Promise<void> {
  const partial = `${file}.${process.pid}`;
  await writeFile(partial, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  await rename(partial, file);
}

function token(sizeBytes: number): string {
  return randomBytes(sizeBytes).toString("base64url");
}

/** Reads `secrets.json`, filling in at random what is not there yet. */
export async function keptSecrets(home: string): Promise<Secrets> {
  const file = path.join(home, "secrets.json");
  const kept = await readJson<Secrets>(file);
  const secrets: Secrets = {
    postgresPassword: kept.postgresPassword ?? token(24),
    sessionSecret: kept.sessionSecret ?? token(32),
    runnerToken: kept.runnerToken ?? token(32),
    storeAccessKeyId: kept.storeAccessKeyId ?? `LATHE${randomBytes(8).toString("hex").toUpperCase()}`,
    storeSecretAccessKey: kept.storeSecretAccessKey ?? token(30),
  };
  if (Object.values(kept).length < Object.values(secrets).length) await writeJson(file, secrets);
  await chmod(file, 0o600);
  return secrets;
}

export type Ports = { postgres: number; store: number };

async function firstFree(wishes: readonly (number | undefined)[], host: string, taken: number[]): Promise<number | null> {
  for (const port of wishes) {
    if (port !== undefined && port <= 65_535 && !taken.includes(port) && (await whatBarsPort(port, host)) === null) return port;
  }
  return null;
}

/**
 * The ports of what only our own processes (and presigned URLs) name: those of the last start where they are still
 * free, so that addresses stay; else new ones, kept in `ports.json`.
 * @param webPort never given out; the store would like the one after it
 */
export async function keptPorts(home: string, webPort: number, storeHost: string): Promise<Ports> {
  const file = path.join(home, "ports.json");
  const kept = await readJson<Ports>(file);
  const store = (await firstFree([kept.store, webPort + 1], storeHost, [webPort])) ?? (await anyFreePort());
  const postgres = (await firstFree([kept.postgres], "127.0.0.1", [webPort, store])) ?? (await anyFreePort());
  const ports = { postgres, store };
  if (kept.postgres !== postgres || kept.store !== store) await writeJson(file, ports);
  return ports;
}
