import { createHash } from "node:crypto";
import { runningChecksum } from "../body/checksum";
import type { StoreFolder } from "../disk/store";
import type { Blob, ObjectEntry, Version } from "../entries";
import { readBytes } from "../send";

export type Damage = { bucket: string; key: string; versionId: string; reason: string };

export type ScrubReport = {
  state: "running" | "done" | "failed";
  startedAtMs: number;
  endedAtMs?: number;
  objects: number;
  bytes: number;
  /** objects whose bytes are not those that were stored, or are not there: the first of them */
  damaged: Damage[];
  /** how many there are, named or not */
  damagedObjects: number;
  /** why it ended before its time */
  error?: string;
};

/** Damaged objects that a report names; all are counted and set aside. */
export const maxNamed = 1000;

/** @returns why the bytes are not those that were stored; null when they are */
export async function verifyObject(store: StoreFolder, entry: ObjectEntry): Promise<string | null> {
  const held = store.blobs.hold(entry.blobs);
  try {
    const { checksum } = entry;
    const running = checksum?.type === "FULL_OBJECT" ? runningChecksum(checksum.algorithm) : null;
    const md5s: Buffer[] = [];
    for (const blob of entry.blobs) {
      const md5 = createHash("md5");
      for await (const bytes of readBytes(store.blobs, whole(blob))) {
        md5.update(bytes);
        running?.update(bytes);
      }
      md5s.push(md5.digest());
    }
    if (etagOf(md5s, entry.etag.includes("-")) !== entry.etag) return "the MD5 of its bytes differs from its ETag";
    if (running && running.digest().toString("base64") !== checksum!.value) return `its bytes differ from its ${checksum!.algorithm}`;
    return null;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? "its bytes are missing" : `its bytes cannot be read: ${message}`;
  } finally {
    held.release();
  }
}

function etagOf(md5s: readonly Buffer[], inParts: boolean): string {
  if (!inParts) return (md5s[0] ?? createHash("md5").digest()).toString("hex");
  return `${createHash("md5").update(Buffer.concat(md5s)).digest("hex")}-${md5s.length}`;
}

const whole = (blob: Blob) => ({ blobs: [blob], first: 0, last: blob.sizeBytes - 1 });

/**
 * Verifies one version, and sets it aside when it is damaged: from then on it is answered with an error. Its bytes stay
 * where they are, so that they can be looked at or put back; a scrub that finds them whole again lifts the mark.
 */
export async function scrubVersion(store: StoreFolder, bucket: string, key: string, version: Version): Promise<string | null> {
  const entry = version.content!;
  const reason = await verifyObject(store, entry);
  if ((reason ?? undefined) === entry.damaged) return reason;
  return store.inTurn(bucket, key, async () => {
    const now = store.bucket(bucket).versionNumbered(key, version.seq)?.content;
    // Deleted or moved since it was read: what was found says nothing of what is there now.
    if (!now || now.blobs.some(({ id }, i) => id !== entry.blobs[i]?.id)) return null;
    await store.commit({ op: "damaged", bucket, key, seq: version.seq, reason: reason ?? "" });
    return reason;
  });
}
