import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { send, type Server } from "./s3";

/** An object store as a process of its own on a folder. */
export type RunningServer = Server & { name: string; kill(signal: NodeJS.Signals): Promise<void>; peakBytes(): number };

const credentials = { accessKeyId: "LATHEBENCH", secretAccessKey: "lathe-bench-secret" };
const patienceMs = 60_000;

export async function startLathe(folder: string): Promise<RunningServer> {
  const port = await freePort();
  const environment = {
    LATHE_STORE_ROOT: folder,
    LATHE_STORE_PORT: String(port),
    LATHE_STORE_ACCESS_KEY_ID: credentials.accessKeyId,
    LATHE_STORE_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  return started("Lathe", port, process.execPath, ["--import", "tsx", path.resolve(import.meta.dirname, "../../storage/server/main.ts")], environment);
}

export const others: { variable: string; howToGet: string; start(binary: string, folder: string): Promise<RunningServer> }[] = [
  {
    variable: "LATHE_BENCH_MINIO",
    howToGet: "go install github.com/minio/minio@latest",
    start: async (binary, folder) => {
      const port = await freePort();
      const environment = { MINIO_ROOT_USER: credentials.accessKeyId, MINIO_ROOT_PASSWORD: credentials.secretAccessKey };
      return started("MinIO", port, binary, ["server", folder, "--address", `127.0.0.1:${port}`, "--quiet"], environment);
    },
  },
  {
    variable: "LATHE_BENCH_SEAWEEDFS",
    howToGet: "go install github.com/seaweedfs/seaweedfs/weed@latest",
    start: async (binary, folder) => {
      const port = await freePort();
      const config = path.join(folder, "s3.json");
      const identity = { name: "bench", credentials: [{ accessKey: credentials.accessKeyId, secretKey: credentials.secretAccessKey }], actions: ["Admin", "Read", "Write", "List"] };
      await writeFile(config, JSON.stringify({ identities: [identity] }));
      return started("SeaweedFS", port, binary, ["server", `-dir=${folder}`, "-ip=127.0.0.1", "-s3", `-s3.port=${port}`, `-s3.config=${config}`], {});
    },
  },
];

async function started(name: string, port: number, command: string, words: string[], environment: Record<string, string>): Promise<RunningServer> {
  const child = spawn(command, words, { env: { ...process.env, ...environment }, stdio: "ignore" });
  process.once("exit", () => child.kill("SIGKILL"));
  const server = { name, endpoint: `http://127.0.0.1:${port}`, ...credentials };
  await answers(server, child);
  return {
    ...server,
    async kill(signal) {
      if (child.exitCode !== null) return;
      child.kill(signal);
      await once(child, "exit");
    },
    peakBytes: () => 1024 * Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? 0),
  };
}

async function answers(server: Server & { name: string }, child: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + patienceMs; ; await delay(10)) {
    if (child.exitCode !== null) throw new Error(`${server.name} ended with ${child.exitCode}`);
    if (await send(server, "GET", "/").then(() => true, () => false)) return;
    if (Date.now() > deadline) throw new Error(`${server.name} did not answer within ${patienceMs / 1000} s`);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
