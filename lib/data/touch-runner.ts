import { json, type Database } from "./database";

/** The runner was heard of. @param info protocol RunnerInfo @param load protocol RunnerLoad */
export async function touchRunner(
  db: Database,
  { runnerId, info, load, now }: { runnerId: string; info?: object; load?: object; now?: Date },
): Promise<void> {
  await db.runner.updateMany({
    where: { id: runnerId },
    data: { lastSeenAt: now ?? new Date(), ...(info ? { info: json(info) } : {}), ...(load ? { load: json(load) } : {}) },
  });
}
