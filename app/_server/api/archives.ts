import { createJob } from "#lib/data/create-job";
import { findBucket } from "#lib/data/find-bucket";
import { findJob } from "#lib/data/find-job";
import { defaultUnpackPrefix, type UnpackFinding } from "#lib/domain/archive";
import { LatheError, notFound } from "#lib/domain/errors";
import type { archiveOperations, UnpackRequest } from "#lib/protocol/archives";
import { artifactsBucket, unpackFindingsKey, validateObjectKey } from "#storage/keys";
import { readObject } from "#storage/read-object";
import type { ObjectStore } from "#storage/object-store";
import type { Handlers } from "./call";
import { invalidCursor } from "./cursors";
import { presentJob } from "./present-job";

export const archiveHandlers: Handlers<keyof typeof archiveOperations> = {
  async "archive.unpack"({ services, access }, { bucket, key, targetBucket = bucket, prefix = defaultUnpackPrefix(key) }) {
    const { workspaceId } = access.workspace;
    for (const name of new Set([bucket, targetBucket])) await findBucket(services.db, { bucket: name, workspaceId });
    if (prefix !== "") validateObjectKey(prefix);
    const archive = await services.store.head(bucket, key);
    if (!archive) throw notFound("object", `s3://${bucket}/${key}`);
    if (archive.sizeBytes === 0) throw emptyArchive(key);
    const params: UnpackRequest = { bucket, key, etag: archive.etag, targetBucket, prefix: prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/` };
    const { jobId } = await createJob(services.db, {
      workspaceId, kind: "unpack-archive", name: key.split("/").filter(Boolean).at(-1) ?? key, params, datasetVersionId: null, createdById: access.user.id,
    });
    await services.enqueue(jobId);
    await services.live.jobChanged(jobId);
    return presentJob(await findJob(services.db, { jobId, workspaceId }));
  },

  async "archive.findings"({ services, access }, { job: jobId, cursor = "0", limit = 200 }) {
    const { workspaceId } = access.workspace;
    await findJob(services.db, { jobId, workspaceId });
    if (!/^\d{1,15}$/.test(cursor)) throw invalidCursor();
    return findingsFrom(services.store, unpackFindingsKey(workspaceId, jobId), Number(cursor), limit);
  },
};

/** One finding is a name and a reason: far less. */
const readAtOnceBytes = 256 * 1024;

/** @param offset of a line's first byte in the file: the cursor */
async function findingsFrom(store: ObjectStore, key: string, offset: number, limit: number) {
  const whole = await store.head(artifactsBucket, key);
  if (!whole || offset >= whole.sizeBytes) return { items: [], nextCursor: null };
  const bytes = await readObject(store, artifactsBucket, key, readAtOnceBytes, { first: offset, last: offset + readAtOnceBytes - 1 });
  const items: UnpackFinding[] = [];
  let at = 0;
  while (items.length < limit) {
    const end = bytes.indexOf(10, at);
    if (end < 0) break;
    try {
      items.push(JSON.parse(bytes.toString("utf8", at, end)) as UnpackFinding);
    } catch {
      // A cursor that somebody made up leads into the middle of a line.
      throw invalidCursor();
    }
    at = end + 1;
  }
  const next = offset + at;
  return { items, nextCursor: items.length > 0 && next < whole.sizeBytes ? String(next) : null };
}

function emptyArchive(key: string): LatheError {
  return new LatheError({ code: "archive_empty", message: `"${key}" has no bytes.`, nextStep: "Upload the archive again.", status: 422 });
}
