import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { AccessKeys } from "./auth/access-keys";
import { StoreFolder } from "./disk/store";
import { realFiles, type Files } from "./disk/files";
import { serve } from "./serve";
import { Scrubber } from "./upkeep/scrubber";
import { Upkeep } from "./upkeep/upkeep";

export type StoreOptions = {
  /** made if it is not there; belongs to one running store at a time */
  root: string;
  /** of the root key, which may do everything and makes the others */
  accessKeyId: string;
  secretAccessKey: string;
  /** 0: any free one */
  port: number;
  /** default 127.0.0.1 */
  host?: string;
  /** default us-east-1 */
  region?: string;
  /** Pages of these origins may read and write any bucket with presigned addresses; one "*" stands for anything. */
  corsOrigins?: readonly string[];
  /** Uploads are refused when the disk would have less room than this afterwards; default 64 MiB. */
  minFreeBytes?: number;
  /** one line each, never with a secret or a signature; default stderr */
  log?: (line: string) => void;
  /** Called when the disk can no longer be trusted: end the process, its successor reads what is really there. */
  onBroken?: (error: unknown) => void;
  /** for tests */
  files?: Files;
  segmentBytes?: number;
  now?: () => number;
};

export type RunningStore = {
  /** for example http://127.0.0.1:41234 */
  endpoint: string;
  /** Answers what has begun (for at most 10 s), then lets go of the folder. */
  close(): Promise<void>;
};

const drainMs = 10_000;
const idleMs = 120_000;

/** Starts an S3 server on a folder. @throws Error when the port is taken or the folder is in use or damaged */
export async function startStore(options: StoreOptions): Promise<RunningStore> {
  const { host = "127.0.0.1", region = "us-east-1", log = (line) => process.stderr.write(`store: ${line}\n`), now = Date.now } = options;
  const files = options.files ?? realFiles;
  const store = await StoreFolder.open({
    files,
    root: options.root,
    minFreeBytes: options.minFreeBytes ?? 64 * 1024 * 1024,
    segmentBytes: options.segmentBytes,
    warn: log,
    onBroken: options.onBroken ?? ((error) => log(`the disk failed, restart the store: ${String(error)}`)),
  });
  const rootKey = { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey };
  const keys = await AccessKeys.open({ files, root: options.root, rootKey, now, warn: log }).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  const upkeep = new Upkeep(store, now, log);
  const scrubber = new Scrubber(store, now, log);
  const running = new Set<Promise<void>>();
  const handle = (message: IncomingMessage, response: ServerResponse) => {
    const done = serve({ store, keys, scrubber, region, corsOrigins: options.corsOrigins ?? [], now, log }, message, response).finally(() => running.delete(done));
    running.add(done);
  };
  // No limit for a whole request: a large upload over a slow line is no attack. Slow heads and silent lines are cut.
  const server = createServer({ requestTimeout: 0, headersTimeout: 60_000, keepAliveTimeout: 30_000, maxHeaderSize: 32 * 1024 }, handle);
  server.on("checkContinue", handle);
  server.timeout = idleMs;
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(options.port, host, () => {
        server.off("error", reject);
        resolve();
      });
    });
  } catch (error) {
    await store.close();
    throw error;
  }
  upkeep.start();
  const { port } = server.address() as AddressInfo;
  let closing: Promise<void> | null = null;
  return {
    endpoint: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    close: () => (closing ??= close()),
  };

  async function close(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const timer = setTimeout(() => server.closeAllConnections(), drainMs);
    // Kept-alive connections become idle one by one.
    const sweep = setInterval(() => server.closeIdleConnections(), 50);
    await closed;
    clearTimeout(timer);
    clearInterval(sweep);
    await Promise.all([...running, upkeep.stop(), scrubber.stop()]);
    await store.close();
  }
}
