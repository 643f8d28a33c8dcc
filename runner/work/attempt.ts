import { setTimeout as sleep } from "node:timers/promises";
import { endJob } from "#lib/data/end-job";
import type { ClaimedJob } from "#lib/data/claim-job";
import { loadJobInput } from "#lib/data/load-job-input";
import { renewLease } from "#lib/data/renew-lease";
import { updateJobProgress } from "#lib/data/update-job-progress";
import type { JobKind } from "#lib/domain/job";
import { LatheError, movedOn } from "#lib/domain/errors";
import type { JobProgress } from "#lib/protocol/jobs";
import { maxLogTextChars } from "#lib/protocol/child";
import { cutText } from "../channel/lines";
import type { Execution, Executor, Outcome } from "../executors/execution";
import type { RunnerServices } from "../services";
import { requireSandbox } from "../sandbox/detect";
import { EventSender } from "./event-sender";
import { makeWorkFolder, removeWorkFolder } from "./folders";
import { Lease } from "./lease";
import { untilDatabaseAnswers } from "./patience";
import { problemOf } from "./words";

/** How long an ended job waits for web to take its last events; then they go to the spool. */
const flushMs = 60_000;
const progressEveryMs = 1_000;

export type RunningAttempt = {
  jobId: string;
  /** web says that the person wants it to end */
  stop(): void;
  /** Throws it away: the runner ends, and another one shall have it. */
  abandon(): void;
  /** resolves when it is over and its folder is gone; never rejects */
  over: Promise<void>;
};

/** Runs one claimed job to its end, whatever that is. */
export function runAttempt(services: RunnerServices, claimed: ClaimedJob, executors: Partial<Record<JobKind, Executor>>): RunningAttempt {
  const stopping = new AbortController();
  const lost = new AbortController();
  const attempt = new Attempt(services, claimed, stopping, lost);
  return {
    jobId: claimed.jobId,
    stop: () => stopping.abort(),
    abandon: () => lost.abort(movedOn("job", claimed.jobId, ["this runner's"])),
    over: attempt.run(executors),
  };
}

class Attempt {
  readonly #services: RunnerServices;
  readonly #claimed: ClaimedJob;
  readonly #stopping: AbortController;
  readonly #lost: AbortController;
  readonly #events: EventSender;
  #progress: { latest: JobProgress; timer: NodeJS.Timeout | null } | null = null;
  #troubledMs = 0;

  constructor(services: RunnerServices, claimed: ClaimedJob, stopping: AbortController, lost: AbortController) {
    this.#services = services;
    this.#claimed = claimed;
    this.#stopping = stopping;
    this.#lost = lost;
    const { jobId, attempt } = claimed;
    this.#events = new EventSender({
      jobId,
      attempt,
      send: services.web.sendEvents,
      onTrouble: (reason) => services.log.debug({ job: jobId, reason }, "events could not be sent; they are kept"),
    });
  }

  async run(executors: Partial<Record<JobKind, Executor>>): Promise<void> {
    const { jobId, attempt, kind, name } = this.#claimed;
    const { db, runnerId, log, config } = this.#services;
    log.info({ job: jobId, attempt, kind, name }, "job begun");
    const lease = new Lease({
      renew: () => renewLease(db, { jobId, attempt, runnerId, now: new Date() }),
      onStopRequested: () => this.#stopping.abort(),
      onLost: () => this.#lost.abort(movedOn("job", jobId, ["this runner's"])),
      onTrouble: (err) => this.#trouble(err),
    });
    const folder = await makeWorkFolder(`${config.folder}/jobs`, `${jobId}-${attempt}`).catch((error: unknown) => error);
    try {
      const outcome = folder instanceof Error || !isFolder(folder) ? failure(folder) : await this.#work(folder, executors);
      await this.#end(outcome);
      log.info({ job: jobId, attempt, stopReason: outcome.stopReason }, "job ended");
    } catch (error) {
      if (!this.#lost.signal.aborted) log.error({ err: error, job: jobId, attempt }, "a job could not be ended");
      else log.warn({ job: jobId, attempt }, "the job is no longer this runner's; its work is thrown away");
    } finally {
      lease.end();
      if (this.#progress?.timer) clearTimeout(this.#progress.timer);
      this.#events.close();
      if (isFolder(folder)) {
        await removeWorkFolder(folder).catch((err: unknown) => log.warn({ err, job: jobId }, "a working folder could not be removed"));
      }
    }
  }

  async #work(folder: Execution["folder"], executors: Partial<Record<JobKind, Executor>>): Promise<Outcome> {
    const { jobId, attempt, kind } = this.#claimed;
    const { db, store, config, sandbox, web, runnerId } = this.#services;
    const lost = this.#lost.signal;
    try {
      requireSandbox(sandbox);
      const input = await untilDatabaseAnswers(() => loadJobInput(db, { jobId }), lost);
      const execute = executors[kind];
      if (!input || !execute) throw unknownKind(kind);
      return await execute({
        input,
        attempt,
        folder,
        db,
        store,
        config,
        sandbox,
        threads: this.#services.threadsPerJob,
        startedMs: Date.now(),
        stop: this.#stopping.signal,
        lost,
        event: (body) => this.#events.add(body),
        log: (level, text) => this.#events.add({ kind: "log", level, text: cutText(text, maxLogTextChars) }),
        progress: (progress) => this.#setProgress(progress),
        onPressure: (listener) => (this.#events.onPressure = listener),
        persist: (act) => untilDatabaseAnswers(act, lost),
        requireHeld: async () => {
          const { held } = await untilDatabaseAnswers(() => renewLease(db, { jobId, attempt, runnerId, now: new Date() }), lost);
          if (!held) throw movedOn("job", jobId, ["this runner's"]);
        },
        tell: (event, body) => web.tell(event, body),
      });
    } catch (error) {
      lost.throwIfAborted();
      const outcome = failure(error);
      if (outcome.error?.code === "unexpected_error") this.#services.log.error({ err: error, job: jobId }, "a job failed unexpectedly");
      return outcome;
    }
  }

  /** Last words first, then the end: whoever sees an ended job finds its log complete. */
  async #end(outcome: Outcome): Promise<void> {
    const { jobId, attempt } = this.#claimed;
    const { db, web, spool, flushLater } = this.#services;
    const lost = this.#lost.signal;
    if (outcome.error) this.#events.add({ kind: "log", level: "error", text: cutText(`${outcome.error.message} ${outcome.error.nextStep}`, maxLogTextChars) });
    const given = new Promise<boolean>((resolve) => lost.addEventListener("abort", () => resolve(false), { once: true }));
    const sent = await Promise.race([this.#events.flush(flushMs), given]);
    lost.throwIfAborted();
    if (!sent) {
      const rest = { jobId, attempt, events: [...this.#events.pending] };
      this.#events.close();
      await spool.keep(rest);
      flushLater(rest);
    }
    const { stopReason, result, error } = outcome;
    await untilDatabaseAnswers(() => endJob(db, { jobId, attempt, stopReason, result, error, now: new Date() }), lost);
    web.tell("job.changed", { jobId });
  }

  #setProgress(progress: JobProgress): void {
    if (this.#progress?.timer) {
      this.#progress.latest = progress;
      return;
    }
    const samePhase = this.#progress?.latest.phase === progress.phase;
    const current = { latest: progress, timer: null as NodeJS.Timeout | null };
    this.#progress = current;
    const write = async () => {
      current.timer = null;
      const { jobId, attempt } = this.#claimed;
      try {
        if (await updateJobProgress(this.#services.db, { jobId, attempt, progress: current.latest })) this.#services.web.tell("job.changed", { jobId });
      } catch (error) {
        this.#trouble(error);
      }
    };
    // A new phase shows at once; within one, once a second is enough.
    current.timer = setTimeout(() => void write(), samePhase ? progressEveryMs : 0);
  }

  #trouble(err: unknown): void {
    const nowMs = Date.now();
    if (nowMs - this.#troubledMs < 30_000) return;
    this.#troubledMs = nowMs;
    this.#services.log.warn({ err, job: this.#claimed.jobId }, "the database cannot be reached; the job goes on");
  }
}

function isFolder(value: unknown): value is Execution["folder"] {
  return typeof value === "object" && value !== null && "root" in value;
}

function failure(error: unknown): Outcome {
  return { stopReason: "error", result: null, error: problemOf(error) };
}

function unknownKind(kind: string): LatheError {
  return new LatheError({
    code: "job_kind_unknown",
    message: `This runner cannot run jobs of the kind "${kind}".`,
    nextStep: "Bring runner and web to the same version.",
  });
}

/** Sends what ended attempts left unsent, until web has it. */
export async function flushSpooled(services: Pick<RunnerServices, "web" | "spool" | "log">, rest: Parameters<RunnerServices["flushLater"]>[0], signal: AbortSignal): Promise<void> {
  const { web, spool } = services;
  const sender = new EventSender({ ...rest, send: web.sendEvents, onTrouble: () => {}, retryMs: 5_000 });
  while (!signal.aborted && !(await sender.flush(flushMs))) await sleep(0);
  sender.close();
  if (!signal.aborted) await spool.forget(rest);
}
