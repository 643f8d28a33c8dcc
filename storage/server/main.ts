import { startStore, type RunningStore } from "./start";

/**
 * The object store as a process of its own. Environment: LATHE_STORE_ROOT, LATHE_STORE_ACCESS_KEY_ID,
 * LATHE_STORE_SECRET_ACCESS_KEY, and if wanted LATHE_STORE_PORT, LATHE_STORE_HOST, LATHE_STORE_REGION,
 * LATHE_STORE_CORS_ORIGINS, LATHE_STORE_MIN_FREE_BYTES. Says `store ready URL` on stdout, everything else on stderr.
 */
function required(name: string): string {
  const value = process.env[name];
  if (value) return value;
  fail(`${name} is not set. Start Lathe with \`npm start\`, which sets it.`);
}

function count(name: string, fallback: number, most: number): number {
  const text = process.env[name];
  if (!text) return fallback;
  if (/^\d{1,15}$/.test(text) && Number(text) <= most) return Number(text);
  fail(`${name} must be a number from 0 to ${most}, not "${text}".`);
}

function fail(line: string): never {
  process.stderr.write(`store: ${line}\n`);
  process.exit(1);
}

function reasonOf(error: unknown, host: string, port: number): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") return `port ${port} on ${host} is taken. Stop what uses it or set LATHE_STORE_PORT to another.`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") return `${host} is no address of this machine. Set LATHE_STORE_HOST to one.`;
  if (code === "EACCES") return `not allowed: ${message}. Give this user that folder, or a port above 1023.`;
  return message;
}

const host = process.env.LATHE_STORE_HOST || "127.0.0.1";
const port = count("LATHE_STORE_PORT", 0, 65_535);
let store: RunningStore;
try {
  store = await startStore({
    root: required("LATHE_STORE_ROOT"),
    accessKeyId: required("LATHE_STORE_ACCESS_KEY_ID"),
    secretAccessKey: required("LATHE_STORE_SECRET_ACCESS_KEY"),
    region: process.env.LATHE_STORE_REGION || "us-east-1",
    corsOrigins: (process.env.LATHE_STORE_CORS_ORIGINS ?? "").split(",").map((origin) => origin.trim()).filter(Boolean),
    minFreeBytes: count("LATHE_STORE_MIN_FREE_BYTES", 64 * 1024 * 1024, Number.MAX_SAFE_INTEGER),
    host,
    port,
    onBroken: (error) => fail(`the disk failed to keep a change, ending so that the next start reads what is really there: ${String(error)}`),
  });
} catch (error) {
  fail(reasonOf(error, host, port));
}

async function stop(): Promise<void> {
  await store.close();
  process.exit(0);
}
process.on("SIGTERM", () => void stop());
process.on("SIGINT", () => void stop());
// Whoever started us is gone.
if (process.send) process.on("disconnect", () => void stop());
process.stdout.write(`store ready ${store.endpoint}\n`);
