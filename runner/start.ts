import { mkdir, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { closeDatabase, createDatabase } from "#lib/data/database";
import { isDatabaseUnreachable } from "#lib/data/database-error";
import { findRunnerByToken } from "#lib/data/find-runner-by-token";
import { startQueue, type Queue } from "#lib/data/queue";
import { releaseLeases } from "#lib/data/release-leases";
import { storeFromEnv } from "#storage/from-env";
import { ClaimLoop } from "./claim-loop";
import type { RunnerConfig } from "./config";
import { autoLearn } from "./executors/auto-learn";
import { freezeDataset } from "./executors/freeze-dataset";
import { importDataset } from "./executors/import-dataset";
import { exportDataset } from "./executors/export-dataset";
import { unpackArchive } from "./executors/unpack-archive";
import { preLabel } from "./executors/pre-label";
import type { Log } from "./log";
import { createLoadMeter, describeMachine } from "./machine";
import { probeEngine } from "./probe-engine";
import { detectSandbox } from "./sandbox/detect";
import type { RunnerServices } from "./services";
import { Deployments } from "./serving/deployments";
import { openWebLink } from "./web-link";
import { flushSpooled } from "./work/attempt";
import { Spool } from "./work/spool";

const loadEveryMs = 5_000;
/** What ends with the runner must be quick: the supervisor waits for it. */
const closeMs = 5_000;

export type Runner = { close(): Promise<void> };

/**
 * Connects to database, store and web, and takes up work. Waits for whatever is not there yet.
 * @param env LATHE_S3_…: see storage/from-env
 * @param signal gives up waiting
 */
export async function startRunner(config: RunnerConfig, env: Record<string, string | undefined>, log: Log, signal: AbortSignal): Promise<Runner> {
  const store = storeFromEnv(env);
  const sandbox = await detectSandbox({ setting: config.sandbox, loopback: config.loopback, engine: config.engine });
  log[sandbox.tools.kind === "bubblewrap" ? "info" : "warn"](sandbox.message);
  // What a killed predecessor left behind. Its spool stays: it holds what web has not got yet.
  await mkdir(config.folder, { recursive: true, mode: 0o700 });
  for (const name of ["jobs", "deployments", "probe"]) await rm(path.join(config.folder, name), { recursive: true, force: true });

  const db = createDatabase(config.databaseUrl, { onConnectionLost: (err) => log.warn({ err }, "a database connection was lost") });
  const runnerId = await waitFor("this runner's entry in the database", log, signal, async () => (await findRunnerByToken(db, { token: config.token }))?.id ?? null);
  const released = await releaseLeases(db, { runnerId, now: new Date() });
  if (released.jobs + released.deployments > 0) log.info(released, "let go of what an earlier process of this runner held");

  let loop: ClaimLoop | null = null;
  let deployments: Deployments | null = null;
  let engine = { name: "unknown", reason: "It is being looked for." };
  const web = openWebLink({
    url: config.webUrl,
    token: config.token,
    name: config.name,
    log,
    listener: {
      connected: () => hello(),
      stopJob: (jobId) => loop?.stopJob(jobId),
      wake: () => void deployments?.look(),
      predict: async (body) => serving(deployments).predict(body),
      infer: async (body) => serving(deployments).infer(body),
    },
  });
  const hello = () => web.tell("runner.hello", { info: describeMachine(config, sandbox, engine) });
  const ending = new AbortController();
  const spool = new Spool(path.join(config.folder, "spool"));
  const services: RunnerServices = {
    config, runnerId, db, store, sandbox, web, spool, log,
    threadsPerJob: Math.max(1, Math.floor(availableParallelism() / config.slots)),
    flushLater(rest) {
      flushSpooled({ web, spool, log }, rest, ending.signal).catch((err: unknown) => log.warn({ err }, "kept events could not be sent"));
    },
  };
  await Promise.race([web.firstConnection, aborted(signal)]);
  for (const rest of await spool.list()) services.flushLater(rest);

  const queue: Queue = await waitFor("the queue", log, signal, () =>
    startQueue(config.databaseUrl, { onError: (err) => log.warn({ err }, "the queue has trouble; it goes on") }),
  );
  loop = new ClaimLoop(services, queue, {
    "import-dataset": importDataset, "freeze-dataset": freezeDataset, "export-dataset": exportDataset, "pre-label": preLabel,
    "auto-learn": autoLearn, "unpack-archive": unpackArchive,
  });
  deployments = new Deployments(services);
  await loop.start();
  void deployments.look();
  void probeEngine(config, sandbox).then(
    (found) => {
      engine = found;
      log.info(found, "engine");
      hello();
    },
    (err: unknown) => log.warn({ err }, "the engine could not be looked for"),
  );

  const measure = createLoadMeter();
  const load = setInterval(() => {
    web.tell("runner.load", { load: measure({ jobs: loop.jobIds, deployments: deployments.ids }) });
  }, loadEveryMs);

  return {
    async close() {
      clearInterval(load);
      ending.abort();
      await Promise.race([Promise.all([loop.close(), deployments.close()]), sleep(closeMs)]);
      await Promise.race([
        releaseLeases(db, { runnerId, now: new Date() }).catch((err: unknown) => log.warn({ err }, "leases could not be let go of; they run out by themselves")),
        sleep(closeMs),
      ]);
      web.close();
      await Promise.race([Promise.allSettled([queue.stop(), closeDatabase(db)]), sleep(closeMs)]);
      store.close();
    },
  };
}

function serving(deployments: Deployments | null): Deployments {
  if (deployments) return deployments;
  throw new Error("the runner is still starting");
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}

/** Asks until there is an answer. */
async function waitFor<T>(what: string, log: Log, signal: AbortSignal, ask: () => Promise<T | null>): Promise<T> {
  for (let told = false; ; told = true) {
    signal.throwIfAborted();
    try {
      const found = await ask();
      if (found !== null) return found;
      if (!told) log.info(`waiting for ${what}`);
    } catch (err) {
      if (!isDatabaseUnreachable(err)) throw err;
      if (!told) log.warn({ err }, `waiting for ${what}`);
    }
    await sleep(1_000, undefined, { signal });
  }
}
