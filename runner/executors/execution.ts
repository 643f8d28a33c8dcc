import type { Database } from "#lib/data/database";
import type { JobInput } from "#lib/data/load-job-input";
import type { StopReason } from "#lib/domain/job";
import type { Problem } from "#lib/protocol/common";
import type { JobEventBody, JobProgress, JobResult } from "#lib/protocol/jobs";
import type { RunnerToWeb } from "#lib/protocol/runner-socket";
import type { ObjectStore } from "#storage/object-store";
import type { RunnerConfig } from "../config";
import type { Sandbox } from "../sandbox/detect";
import type { WorkFolder } from "../work/folders";
import type { LogLevel } from "../work/words";

/** What an executor has to work with: one attempt of one job. */
export type Execution = {
  input: JobInput;
  attempt: number;
  folder: WorkFolder;
  db: Database;
  store: ObjectStore;
  config: Pick<RunnerConfig, "root" | "memoryBytes">;
  sandbox: Sandbox;
  /** threads that this job may keep busy */
  threads: number;
  /** when the attempt began, in Date.now()'s milliseconds */
  startedMs: number;
  /** the person wants it to end soon, keeping what there is */
  stop: AbortSignal;
  /** the attempt is somebody else's or the runner ends: everything is to be thrown away at once */
  lost: AbortSignal;

  event(body: JobEventBody): void;
  log(level: LogLevel, text: string): void;
  progress(progress: JobProgress): void;
  /** Holds the job's child up while web cannot take what it says. */
  onPressure(listener: (full: boolean) => void): void;
  /** Asks the database until it answers; ends when the attempt is lost. */
  persist<T>(act: () => Promise<T>): Promise<T>;
  /** @throws when the attempt is no longer this runner's: for the moment before something is written for good */
  requireHeld(): Promise<void>;
  tell<Event extends "workspace.changed">(event: Event, body: RunnerToWeb[Event]): void;
};

export type Outcome = { stopReason: StopReason; result: JobResult | null; error: Problem | null };

export type Executor = (execution: Execution) => Promise<Outcome>;

/** The person stopped it and there is nothing to keep. */
export class Stopped extends Error {}
