import { changeS3Keys, type S3KeyInEffect } from "#lib/data/change-s3-keys";
import { noteS3KeyUse } from "#lib/data/note-s3-key-use";
import type { Queries } from "#lib/data/database";
import { LatheError } from "#lib/domain/errors";
import type { StoreAccessKey } from "#storage/access-keys";
import { accessKeysAdmin, type AccessKeysAdmin } from "#storage/access-keys-client";
import type { Services } from "./services";

/** Keeps the embedded store's access keys as PostgreSQL has them. */
export type S3Keys = {
  /** Runs a change that keys depend on; it counts only once the store has taken what follows from it. */
  change<T>(act: (tx: Queries) => Promise<T>): Promise<T>;
  /** Makes the store's keys those in effect, and learns when they were used. What fails is logged and tried again soon. */
  sync(): Promise<void>;
  close(): Promise<void>;
};

/** What a crash between two steps, a role that changed or a store from a back-up left apart comes together within this. */
const syncMs = 15_000;
const tries = 4;

export function createS3Keys({ db, config, log }: Pick<Services, "db" | "config" | "log">): S3Keys {
  if (!config.s3.embedded) return { change: (act) => db.$transaction(act), sync: async () => {}, close: async () => {} };
  const admin = accessKeysAdmin(config.s3);
  const change = <T>(act: (tx: Queries) => Promise<T>) => changeS3Keys(db, { change: act, tell: (keys) => tell(admin, keys) });
  let running: Promise<void> | null = null;
  const sync = () =>
    change(async (tx) => {
      for (const { accessKeyId, lastUsedAtMs } of (await admin.list()).keys) {
        if (lastUsedAtMs !== null) await noteS3KeyUse(tx, { accessKeyId, at: new Date(lastUsedAtMs) });
      }
    }).catch((err: unknown) => log.warn({ err }, "the object store could not be told of its access keys yet"));
  const timer = setInterval(() => void (running ??= sync().finally(() => (running = null))), syncMs);
  return {
    change,
    sync,
    async close() {
      clearInterval(timer);
      await running;
      await sync();
    },
  };
}

async function tell(admin: AccessKeysAdmin, wanted: S3KeyInEffect[]): Promise<void> {
  for (let left = tries; ; left--) {
    const { revision, keys } = await admin.list();
    if (text(keys) === text(wanted)) return;
    try {
      return await admin.replace(revision, wanted);
    } catch (error) {
      if (!(error instanceof LatheError && error.code === "store_keys_moved_on") || left === 1) throw error;
    }
  }
}

/** The same for the same keys, in whatever order. */
function text(keys: readonly StoreAccessKey[]): string {
  return keys
    .map(({ accessKeyId, grants, expiresAtMs }) => [accessKeyId, expiresAtMs, ...grants.map(({ bucket, access }) => `${bucket}:${access}`).sort()].join(" "))
    .sort()
    .join("\n");
}
