import type { JobView } from "#lib/data/job-view";
import type { Job } from "#lib/protocol/jobs";

export function presentJob(row: JobView): Job {
  return {
    job: row.id,
    kind: row.kind as Job["kind"],
    name: row.name,
    status: row.status as Job["status"],
    stopReason: row.stopReason as Job["stopReason"],
    attempt: row.attempt,
    params: row.params as Job["params"],
    dataset: row.dataset,
    progress: row.progress as Job["progress"],
    result: row.result as Job["result"],
    error: row.error as Job["error"],
    runner: row.runner,
    createdAtMs: row.createdAt.getTime(),
    startedAtMs: row.startedAt?.getTime() ?? null,
    endedAtMs: row.endedAt?.getTime() ?? null,
  };
}
