import { claimJob } from "#lib/data/claim-job";
import type { Queue } from "#lib/data/queue";
import type { JobKind } from "#lib/domain/job";
import type { Executor } from "./executors/execution";
import type { RunnerServices } from "./services";
import { runAttempt, type RunningAttempt } from "./work/attempt";

/** Takes jobs from the queue as long as there are free slots. */
export class ClaimLoop {
  readonly #services: RunnerServices;
  readonly #queue: Pick<Queue, "workJobs" | "pause">;
  readonly #executors: Partial<Record<JobKind, Executor>>;
  readonly #running = new Map<string, RunningAttempt>();
  #listening = false;
  #changing: Promise<void> = Promise.resolve();
  #ending = false;

  constructor(services: RunnerServices, queue: Pick<Queue, "workJobs" | "pause">, executors: Partial<Record<JobKind, Executor>>) {
    this.#services = services;
    this.#queue = queue;
    this.#executors = executors;
  }

  get jobIds(): string[] {
    return [...this.#running.keys()];
  }

  async start(): Promise<void> {
    await this.#adjust();
  }

  stopJob(jobId: string): void {
    this.#running.get(jobId)?.stop();
  }

  /** Claims no more and throws away what runs: others take it over. */
  async close(): Promise<void> {
    this.#ending = true;
    const running = [...this.#running.values()];
    for (const attempt of running) attempt.abandon();
    await Promise.all([this.#adjust(), ...running.map(({ over }) => over)]);
  }

  /** Listens to the queue exactly while a slot is free; otherwise a message taken here would be kept from other runners. */
  #adjust(): Promise<void> {
    this.#changing = this.#changing.then(async () => {
      const want = !this.#ending && this.#running.size < this.#services.config.slots;
      if (want === this.#listening) return;
      try {
        if (want) await this.#queue.workJobs((jobId) => this.#claim(jobId));
        else await this.#queue.pause();
        this.#listening = want;
      } catch (err) {
        this.#services.log.warn({ err }, "the queue cannot be reached; it is tried again");
        setTimeout(() => void this.#adjust(), 2_000).unref();
      }
    });
    return this.#changing;
  }

  /** @throws Error when there is no room: the message comes again */
  async #claim(jobId: string): Promise<void> {
    const { db, runnerId, config, web } = this.#services;
    if (this.#ending || this.#running.size >= config.slots) throw new Error("no slot is free");
    const claimed = await claimJob(db, { jobId, runnerId, now: new Date() });
    if (!claimed) return;
    const attempt = runAttempt(this.#services, claimed, this.#executors);
    this.#running.set(jobId, attempt);
    web.tell("job.changed", { jobId });
    void attempt.over.then(() => {
      if (this.#running.get(jobId) === attempt) this.#running.delete(jobId);
      void this.#adjust();
    });
    // Not awaited: to pause, the queue waits for this very message to be done with.
    void this.#adjust();
  }
}
