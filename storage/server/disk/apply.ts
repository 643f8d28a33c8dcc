import type { Change, ObjectEntry, Part, Version } from "../entries";
import type { Draft } from "./draft";
import { currentRow, olderRow, partRow, readVersion, uploadRow, writeVersion, type VersionRow } from "./rows";

/**
 * What a change does to the rows. After a crash changes may be applied that already were: each finds that out by the
 * version's number or by what is no longer there, and does nothing then.
 */
export function applyToRows(draft: Draft, change: Exclude<Change, { op: "bucket" | "bucket-gone" | "config" }>): void {
  switch (change.op) {
    case "put":
      return putVersion(draft, change.bucket, change.key, { ...change.version, modifiedAtMs: change.entry.modifiedAtMs, content: change.entry });
    case "marker":
      return putVersion(draft, change.bucket, change.key, { ...change.version, modifiedAtMs: change.atMs, content: null });
    case "remove":
      return removeVersion(draft, change);
    case "tags":
      return editContent(draft, change, (entry) => ({ ...entry, tags: change.tags.length > 0 ? change.tags : undefined }));
    case "damaged":
      return editContent(draft, change, (entry) => ({ ...entry, damaged: change.reason || undefined }));
    case "moved":
      return editContent(draft, change, (entry) => {
        const at = entry.blobs.findIndex(({ id }) => id === change.from);
        if (at < 0) return entry;
        draft.free([entry.blobs[at]!]);
        draft.hold([change.blob]);
        return { ...entry, blobs: entry.blobs.with(at, change.blob) };
      });
    case "part-moved": {
      const row = partRow(change.upload, change.number);
      const part = readPart(draft, row);
      if (part?.blob.id !== change.from) return;
      draft.free([part.blob]);
      draft.hold([change.blob]);
      draft.set(row, JSON.stringify({ ...part, blob: change.blob }));
      return;
    }
    case "upload":
      draft.set(uploadRow(change.bucket, change.upload.key, change.upload.id), JSON.stringify(change.upload));
      return;
    case "part": {
      if (draft.get(uploadRow(change.bucket, change.key, change.upload)) === undefined) return;
      const row = partRow(change.upload, change.part.number);
      const before = readPart(draft, row);
      if (before?.blob.id === change.part.blob.id) return;
      if (before) draft.free([before.blob]);
      draft.hold([change.part.blob]);
      draft.set(row, JSON.stringify(change.part));
      return;
    }
    case "upload-gone":
      return dropUpload(draft, change);
    case "complete":
      dropUpload(draft, change, change.entry);
      return putVersion(draft, change.bucket, change.key, { ...change.version, modifiedAtMs: change.entry.modifiedAtMs, content: change.entry });
  }
}

function putVersion(draft: Draft, bucket: string, key: string, version: Version): void {
  const row = currentRow(bucket, key);
  const before = read(draft, row);
  if (before && before.seq >= version.seq) return;
  let olderNull = before?.olderNull;
  if (version.isNull && olderNull !== undefined) {
    const replaced = olderRow(bucket, key, olderNull);
    free(draft, read(draft, replaced));
    draft.set(replaced, null);
    olderNull = undefined;
  }
  if (before && version.isNull && before.isNull) free(draft, before);
  else if (before) {
    if (before.isNull) olderNull = before.seq;
    draft.set(olderRow(bucket, key, before.seq), writeVersion({ ...before, olderNull: undefined }));
  }
  if (version.content) draft.hold(version.content.blobs);
  draft.set(row, writeVersion({ ...version, olderNull }));
}

function removeVersion(draft: Draft, { bucket, key, seq, next }: Extract<Change, { op: "remove" }>): void {
  const row = currentRow(bucket, key);
  const current = read(draft, row);
  if (current?.seq === seq) {
    free(draft, current);
    const promoted = next === null ? undefined : read(draft, olderRow(bucket, key, next));
    if (!promoted) {
      draft.set(row, null);
      return;
    }
    draft.set(olderRow(bucket, key, promoted.seq), null);
    draft.set(row, writeVersion({ ...promoted, olderNull: promoted.isNull ? undefined : current.olderNull }));
    return;
  }
  const older = olderRow(bucket, key, seq);
  const version = read(draft, older);
  if (!version) return;
  free(draft, version);
  draft.set(older, null);
  if (current && version.isNull) draft.set(row, writeVersion({ ...current, olderNull: undefined }));
}

function editContent(draft: Draft, { bucket, key, seq }: { bucket: string; key: string; seq: number }, edit: (entry: ObjectEntry) => ObjectEntry): void {
  for (const row of [currentRow(bucket, key), olderRow(bucket, key, seq)]) {
    const version = read(draft, row);
    if (version?.seq === seq && version.content) draft.set(row, writeVersion({ ...version, content: edit(version.content) }));
  }
}

/** @param completed what its parts became; those that are not in it go */
function dropUpload(draft: Draft, change: { bucket: string; key: string; upload: string; parts: number[] }, completed?: ObjectEntry): void {
  draft.set(uploadRow(change.bucket, change.key, change.upload), null);
  const used = new Set(completed?.blobs.map(({ id }) => id));
  for (const number of change.parts) {
    const row = partRow(change.upload, number);
    const part = readPart(draft, row);
    if (part && used.has(part.blob.id)) draft.letGo([part.blob]);
    else if (part) draft.free([part.blob]);
    draft.set(row, null);
  }
}

function free(draft: Draft, version: Version | undefined): void {
  if (version?.content) draft.free(version.content.blobs);
}

function read(draft: Draft, row: string): VersionRow | undefined {
  const text = draft.get(row);
  return text === undefined ? undefined : readVersion(text);
}

function readPart(draft: Draft, row: string): Part | undefined {
  const text = draft.get(row);
  return text === undefined ? undefined : (JSON.parse(text) as Part);
}
