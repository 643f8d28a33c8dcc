import type { Database } from "#lib/data/database";
import type { ObjectStore } from "#storage/object-store";
import type { Auth } from "./auth";
import type { BucketSizes } from "./bucket-sizes";
import type { Config } from "./config";
import type { Live } from "./live";
import type { Log } from "./log";
import type { Metrics } from "./metrics";
import type { RunnerHub } from "./runners";
import type { S3Keys } from "./s3-keys";
import type { Thumbnails } from "./thumbnails";

/** What a request may use. */
export type Services = {
  /** of Lathe, from package.json */
  version: string;
  config: Config;
  db: Database;
  store: ObjectStore;
  auth: Auth;
  log: Log;
  metrics: Metrics;
  live: Live;
  runners: RunnerHub;
  thumbnails: Thumbnails;
  bucketSizes: BucketSizes;
  s3Keys: S3Keys;
  /** Tells runners of a queued job. What the queue misses, the sweep sends again. */
  enqueue(jobId: string): Promise<void>;
};
