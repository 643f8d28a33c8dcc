import PgBoss from "pg-boss";

const queueName = "jobs";

/**
 * pg-boss carries only "look at this job": the truth is the job's row, so a message lost or sent twice does no harm.
 */
export type Queue = {
  sendJob(jobId: string): Promise<void>;
  /**
   * Calls the handler for each message, one at a time. A message is done with when the handler returns; when it throws,
   * the message comes again.
   */
  workJobs(handler: (jobId: string) => Promise<void>): Promise<void>;
  /** Stops taking messages; sendJob goes on. */
  pause(): Promise<void>;
  stop(): Promise<void>;
};

/**
 * @param onError PostgreSQL went away, or a poll failed; pg-boss goes on polling
 */
export async function startQueue(url: string, options: { onError?: (error: Error) => void; maxConnections?: number } = {}): Promise<Queue> {
  const boss = new PgBoss({
    connectionString: url,
    application_name: "lathe-queue",
    max: options.maxConnections ?? 3,
    schedule: false,
    deleteAfterHours: 1,
    archiveCompletedAfterSeconds: 60,
  });
  boss.on("error", options.onError ?? (() => {}));
  await boss.start();
  // `short`: at most one message waits for each job, however often it is sent.
  await boss.createQueue(queueName, { name: queueName, policy: "short", retryLimit: 3, retryDelay: 2, expireInSeconds: 30 });
  return {
    async sendJob(jobId) {
      await boss.send(queueName, { jobId }, { singletonKey: jobId });
    },
    async workJobs(handler) {
      await boss.work<{ jobId: string }>(queueName, { pollingIntervalSeconds: 1, batchSize: 1 }, async (messages) => {
        for (const message of messages) await handler(message.data.jobId);
      });
    },
    async pause() {
      await boss.offWork(queueName);
    },
    async stop() {
      await boss.stop({ graceful: true, timeout: 5_000, wait: true });
    },
  };
}
