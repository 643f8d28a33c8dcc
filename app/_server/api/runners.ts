import { countWorkspace } from "#lib/data/count-workspace";
import { listBuckets } from "#lib/data/list-buckets";
import { listJobs } from "#lib/data/list-jobs";
import { keepOwn, listRunners } from "#lib/data/list-runners";
import { runnerInfo, runnerLoad, type Overview, type Runner, type runnerOperations } from "#lib/protocol/runners";
import type { Call, Handlers } from "./call";
import { presentJob } from "./present-job";

/** A runner that another web process talks to is online while it was heard of this lately. */
const seenLatelyMs = 20_000;

export const runnerHandlers: Handlers<keyof typeof runnerOperations> = {
  async "runner.list"(call) {
    const rows = await listRunners(call.services.db);
    return Promise.all(
      rows.map(async (row): Promise<Runner> => {
        const lately = row.lastSeenAt !== null && Date.now() - row.lastSeenAt.getTime() < seenLatelyMs;
        return {
          name: row.name,
          online: call.services.runners.isConnected(row.id) || lately,
          lastSeenAtMs: row.lastSeenAt?.getTime() ?? null,
          info: runnerInfo.safeParse(row.info).data ?? null,
          load: await ownLoad(call, row.load),
        };
      }),
    );
  },

  async "overview.show"({ services, access }): Promise<Overview> {
    const [counts, buckets, jobs] = await Promise.all([
      countWorkspace(services.db, access.workspace),
      listBuckets(services.db, access.workspace),
      listJobs(services.db, { workspaceId: access.workspace.workspaceId, limit: 8 }),
    ]);
    const sizes = await Promise.all(buckets.map(({ name }) => services.bucketSizes.of(name)));
    const storedObjects = sizes.reduce((sum, { objects }) => sum + objects, 0);
    return {
      checklist: {
        bucket: counts.buckets > 0,
        upload: storedObjects > 0 || counts.readyDatasets > 0,
        dataset: counts.readyDatasets > 0,
        model: counts.models > 0,
        endpoint: counts.endpoints > 0,
      },
      counts: { buckets: counts.buckets, datasets: counts.datasets, jobs: counts.jobs, models: counts.models, endpoints: counts.endpoints },
      storedBytes: sizes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      storedObjects,
      jobs: jobs.map(presentJob).map(({ job, kind, name, status, progress, createdAtMs, endedAtMs }) => ({
        job, kind, name, status, progress, createdAtMs, endedAtMs,
      })),
    };
  },
};

/** Runners are shared by all workspaces: of what runs there, others' is not named. */
async function ownLoad({ services, access }: Call, value: unknown): Promise<Runner["load"]> {
  const load = runnerLoad.safeParse(value).data;
  if (!load) return null;
  const own = await keepOwn(services.db, {
    workspaceId: access.workspace.workspaceId, jobIds: load.jobs, deploymentIds: load.deployments,
  });
  return {
    ...load,
    jobs: load.jobs.filter((id) => own.jobs.has(id)),
    deployments: load.deployments.filter((id) => own.deployments.has(id)),
  };
}
