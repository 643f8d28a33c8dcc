import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Server as SocketServer } from "socket.io";
import { closeDatabase, createDatabase } from "#lib/data/database";
import { startQueue } from "#lib/data/queue";
import { LatheError } from "#lib/domain/errors";
import { artifactsBucket } from "#storage/keys";
import { S3Store } from "#storage/s3-store";
import packageJson from "../../package.json" with { type: "json" };
import { createAuth } from "./auth";
import { BucketSizes } from "./bucket-sizes";
import type { Config } from "./config";
import { createDispatch, type Pages } from "./dispatch";
import { createLive } from "./live";
import { ensureLocalAccess } from "./local-access";
import type { Log } from "./log";
import { createMetrics } from "./metrics";
import { isSameOrigin } from "./origin";
import { createRunnerHub } from "./runners";
import { createS3Keys } from "./s3-keys";
import type { Services } from "./services";
import { startSweep } from "./sweep";
import { Thumbnails } from "./thumbnails";

export type Web = {
  /** where it listens: the port that was chosen when 0 was asked for */
  url: string;
  services: Services;
  /** Takes no more requests, lets those under way end for up to ten seconds, then lets go of everything. */
  close(): Promise<void>;
};

const drainMs = 10_000;
/** A runner's batch of 500 events of 16 KiB. Pictures go the other way. */
const maxSocketMessageBytes = 12 * 1024 * 1024;

/** @throws LatheError `port_taken`; whatever PostgreSQL or the store say when they are not there */
export async function startWeb(config: Config, log: Log): Promise<Web> {
  const server = createServer({ requestTimeout: 5 * 60_000, headersTimeout: 30_000, keepAliveTimeout: 65_000 });
  // First of all: whoever finds the port taken should not have touched anything.
  await listen(server, config);
  const port = (server.address() as AddressInfo).port;
  const undo: (() => Promise<unknown>)[] = [() => closeServer(server)];
  try {
    const db = createDatabase(config.databaseUrl, { onConnectionLost: (err) => log.warn({ err }, "a database connection was lost") });
    undo.unshift(() => closeDatabase(db));
    const store = new S3Store({ ...config.s3, publicEndpoint: config.s3.publicEndpoint });
    undo.unshift(async () => store.close());
    const queue = await startQueue(config.databaseUrl, { onError: (err) => log.warn({ err }, "the queue could not reach the database") });
    undo.unshift(() => queue.stop());
    await ensureArtifactsBucket(store);

    const auth = createAuth(db, config);
    await ensureLocalAccess({ db, auth, config });
    const io = createSockets(server, config);
    const live = createLive(io, { db, auth, config, log });
    const runners = createRunnerHub(io, { db, log, live });
    const s3Keys = createS3Keys({ db, config, log });
    undo.unshift(() => s3Keys.close());
    await s3Keys.sync();
    const services: Services = {
      version: packageJson.version,
      config, db, store, auth, log, live, runners,
      metrics: createMetrics(db, () => runners.connectedCount()),
      thumbnails: new Thumbnails(store),
      bucketSizes: new BucketSizes(store),
      s3Keys,
      async enqueue(jobId) {
        // The job's row is there: what the queue misses now, the sweep sends again.
        await queue.sendJob(jobId).catch((err: unknown) => log.warn({ err, job: jobId }, "a job could not be sent to the queue yet"));
        runners.wakeAll();
      },
    };
    const { pages, close: closePages } = await openPages(config, server);
    undo.unshift(closePages);
    const stopSweep = startSweep(services);
    undo.unshift(stopSweep);
    server.on("request", createDispatch(services, pages));
    let closing: Promise<void> | null = null;
    return {
      url: `http://${config.host.includes(":") ? `[${config.host}]` : config.host}:${port}`,
      services,
      close: () => (closing ??= closeAll(io, undo, log)),
    };
  } catch (error) {
    for (const step of undo) await step().catch(() => {});
    throw error;
  }
}

async function openPages(config: Config, server: Server): Promise<{ pages: Pages; close(): Promise<void> }> {
  if (config.apiOnly) return { pages: null, close: async () => {} };
  const { preparePages } = await import("./pages");
  return preparePages(config, server);
}

function listen(server: Server, { host, port }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE") return reject(error);
      reject(
        new LatheError({
          code: "port_taken",
          message: `Something else listens on ${host}:${port} already.`,
          nextStep: "End it, or choose another port with LATHE_PORT.",
          status: 500,
          cause: error,
        }),
      );
    });
    server.listen(port, host, resolve);
  });
}

function createSockets(server: Server, config: Config): SocketServer {
  return new SocketServer(server, {
    serveClient: false,
    destroyUpgrade: false,
    maxHttpBufferSize: maxSocketMessageBytes,
    connectTimeout: 10_000,
    pingInterval: 10_000,
    pingTimeout: 10_000,
    // A browser says which page opens the socket; runners are no browsers and say nothing.
    allowRequest: (request, answer) => answer(null, isSameOrigin(request.headers, config.url)),
  });
}

async function ensureArtifactsBucket(store: S3Store): Promise<void> {
  if (await store.bucketExists(artifactsBucket)) return;
  await store.createBucket(artifactsBucket).catch((error: unknown) => {
    if (!(error instanceof LatheError && error.code === "bucket_exists")) throw error;
  });
}

async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), drainMs);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}

async function closeAll(io: SocketServer, undo: (() => Promise<unknown>)[], log: Log): Promise<void> {
  io.disconnectSockets(true);
  io.engine.close();
  // Requests under way still need everything else: the server closes first.
  const [closeHttp, ...rest] = [undo.at(-1)!, ...undo.slice(0, -1)];
  for (const step of [closeHttp, ...rest]) {
    await step().catch((err: unknown) => log.warn({ err }, "something could not be closed"));
  }
}
