import type { Database } from "#lib/data/database";
import type { ObjectStore } from "#storage/object-store";
import type { RunnerConfig } from "./config";
import type { Log } from "./log";
import type { Sandbox } from "./sandbox/detect";
import type { WebLink } from "./web-link";
import type { Spool, Spooled } from "./work/spool";

/** What all of a runner's parts share. */
export type RunnerServices = {
  config: RunnerConfig;
  runnerId: string;
  db: Database;
  store: ObjectStore;
  sandbox: Sandbox;
  web: Pick<WebLink, "tell" | "sendEvents">;
  spool: Spool;
  log: Log;
  /** threads a job's child may keep busy */
  threadsPerJob: number;
  /** Goes on sending the events of an ended attempt in the background. */
  flushLater(rest: Spooled): void;
};
