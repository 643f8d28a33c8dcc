import type { KeyVersion } from "../disk/bucket";
import type { StoreFolder } from "../disk/store";
import type { LifecycleRule, ObjectEntry, Upload, Version } from "../entries";
import { dropUpload } from "../operations/drop-upload";
import { deleteVersion, removeVersion } from "../operations/delete";

const dayMs = 24 * 3600 * 1000;
/** Uploads begun longer ago were given up by whoever began them, whatever the rules say. */
const abandonedDays = 7;

/** S3 counts whole days: something is due at the first midnight (UTC) when that many have passed. */
export function dueMs(sinceMs: number, days: number): number {
  return Math.ceil((sinceMs + days * dayMs) / dayMs) * dayMs;
}

export type VersionState = {
  key: string;
  version: Version;
  isLatest: boolean;
  /** when a newer one came; null for the current one */
  replacedAtMs: number | null;
  /** how many of the key's older versions are newer than this one */
  newerOlder: number;
  /** the key has no other version */
  isOnly: boolean;
};

/** What the rules say of a version: nothing, that a current object ceases to be so, or that it goes for good. */
export function judge(rules: readonly LifecycleRule[], state: VersionState, nowMs: number): "keep" | "expire" | "remove" {
  const { key, version, isLatest, replacedAtMs } = state;
  for (const { enabled, filter, expiration, noncurrent } of rules) {
    if (!enabled || !key.startsWith(filter.prefix) || (version.content && !fits(version.content, filter))) continue;
    if (!isLatest) {
      if (noncurrent && state.newerOlder >= (noncurrent.keep ?? 0) && nowMs >= dueMs(replacedAtMs!, noncurrent.days)) return "remove";
    } else if (version.content) {
      const { days, atMs } = expiration ?? {};
      if ((days !== undefined && nowMs >= dueMs(version.modifiedAtMs, days)) || (atMs !== undefined && nowMs >= atMs)) return "expire";
    } else if (expiration?.expiredDeleteMarkers && state.isOnly) return "remove";
  }
  return "keep";
}

function fits({ sizeBytes, tags = [] }: ObjectEntry, filter: LifecycleRule["filter"]): boolean {
  if (filter.largerThanBytes !== undefined && sizeBytes <= filter.largerThanBytes) return false;
  if (filter.smallerThanBytes !== undefined && sizeBytes >= filter.smallerThanBytes) return false;
  return filter.tags.every(({ key, value }) => tags.some((tag) => tag.key === key && tag.value === value));
}

export function isAbandoned(rules: readonly LifecycleRule[], upload: Upload, nowMs: number): boolean {
  if (nowMs >= upload.startedAtMs + abandonedDays * dayMs) return true;
  return rules.some(({ enabled, filter, abortUploadsAfterDays: days }) => enabled && days !== undefined && upload.key.startsWith(filter.prefix) && nowMs >= dueMs(upload.startedAtMs, days));
}

/** Lets go what the buckets' rules say, and uploads that nobody will finish. */
export async function sweep(context: { store: StoreFolder; now: () => number }, isStopped: () => boolean = () => false): Promise<void> {
  const { store, now } = context;
  for (const bucket of [...store.catalogue.buckets.values()]) {
    if (bucket.closing) continue;
    const rules = bucket.config.lifecycle ?? [];
    for await (const upload of bucket.uploadsFrom("")) if (isAbandoned(rules, upload, now())) await dropUpload(store, bucket.name, upload.key, upload.id);
    if (!rules.some(({ enabled }) => enabled)) continue;
    for await (const state of statesOf(bucket.versionsFrom(""))) {
      if (isStopped()) return;
      const { key, version } = state;
      const verdict = judge(rules, state, now());
      if (verdict === "expire") await expireCurrent(context, bucket.name, key, version);
      if (verdict === "remove") {
        await store.inTurn(bucket.name, key, async () => {
          if (store.bucket(bucket.name).versionNumbered(key, version.seq)) await removeVersion(store, bucket.name, key, version);
        });
      }
    }
  }
}

/** Unless something newer came since it was judged. */
async function expireCurrent(context: { store: StoreFolder; now: () => number }, bucket: string, key: string, { seq }: Version): Promise<void> {
  const moved = new Error("it moved on");
  const check = (current: Version | undefined) => {
    if (current?.seq !== seq) throw moved;
  };
  await deleteVersion(context, bucket, key, undefined, check).catch((error: unknown) => {
    if (error !== moved) throw error;
  });
}

/** Each version with what the rules ask about its neighbours. */
async function* statesOf(all: AsyncIterable<KeyVersion>): AsyncGenerator<VersionState> {
  let current: VersionState | null = null;
  let newer: Version | null = null;
  let older = 0;
  for await (const { key, version, isLatest } of all) {
    // A current one is judged when it is known whether others follow.
    if (current) yield { ...current, isOnly: isLatest };
    current = null;
    if (isLatest) {
      older = 0;
      current = { key, version, isLatest, replacedAtMs: null, newerOlder: 0, isOnly: true };
    } else yield { key, version, isLatest, replacedAtMs: newer!.modifiedAtMs, newerOlder: older++, isOnly: false };
    newer = version;
  }
  if (current) yield current;
}
