import { cancelJob } from "#lib/data/cancel-job";
import { createJob } from "#lib/data/create-job";
import { findJob } from "#lib/data/find-job";
import { listEvents } from "#lib/data/list-events";
import { listJobs } from "#lib/data/list-jobs";
import type { jobOperations, JobEvent } from "#lib/protocol/jobs";
import { cursorOf, parseCursor } from "#lib/protocol/socket";
import { findTrainable, requirePretrained } from "../auto-learn";
import { estimateAutoLearn } from "../estimate-auto-learn";
import type { Handlers } from "./call";
import { invalidCursor, pageOf, rowBefore } from "./cursors";
import { presentJob } from "./present-job";

export const jobHandlers: Handlers<keyof typeof jobOperations> = {
  async "job.list"({ services, access }, { cursor, limit = 50, ...filter }) {
    const found = await listJobs(services.db, {
      workspaceId: access.workspace.workspaceId, limit: limit + 1, before: rowBefore(cursor), ...filter,
    });
    const { rows, nextCursor } = pageOf(found, limit, ({ createdAt, id }) => `${createdAt.getTime()}.${id}`);
    return { items: rows.map(presentJob), nextCursor };
  },

  async "auto-learn.start"({ services, access }, request) {
    const { workspaceId } = access.workspace;
    const { version } = await findTrainable(services.db, { workspaceId, dataset: request.dataset });
    if (request.pretrained !== null) await requirePretrained(services, { workspaceId, location: request.pretrained });
    const { jobId } = await createJob(services.db, {
      workspaceId,
      kind: "auto-learn",
      name: request.name,
      // The version is settled now: what comes later is another dataset.
      params: { ...request, dataset: `${version.dataset.name}@${version.version}` },
      datasetVersionId: version.id,
      createdById: access.user.id,
    });
    await services.enqueue(jobId);
    await services.live.jobChanged(jobId);
    return presentJob(await findJob(services.db, { jobId, workspaceId }));
  },

  async "auto-learn.estimate"({ services, access }, request) {
    const { workspaceId } = access.workspace;
    return estimateAutoLearn(services.db, request, await findTrainable(services.db, { workspaceId, dataset: request.dataset }));
  },

  async "job.show"({ services, access }, { job }) {
    return presentJob(await findJob(services.db, { jobId: job, workspaceId: access.workspace.workspaceId }));
  },

  async "job.cancel"({ services, access }, { job: jobId }) {
    const { workspaceId } = access.workspace;
    const { signal } = await cancelJob(services.db, { jobId, workspaceId, now: new Date() });
    // A runner that misses the message sees it at its next renewal, four seconds later at most.
    if (signal) services.runners.stopJob(signal.runnerId, jobId);
    await services.live.jobChanged(jobId);
    return presentJob(await findJob(services.db, { jobId, workspaceId }));
  },

  async "job.events"({ services, access }, { job: jobId, cursor = "0:0", limit = 500, kind }) {
    await findJob(services.db, { jobId, workspaceId: access.workspace.workspaceId });
    const after = parseCursor(cursor);
    if (!after) throw invalidCursor();
    const found = await listEvents(services.db, { jobId, after, limit: limit + 1, kind });
    const items = found.slice(0, limit) as JobEvent[];
    const last = items.at(-1);
    return { items, nextCursor: last ? cursorOf(last) : cursor, more: found.length > limit };
  },
};
