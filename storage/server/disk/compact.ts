import path from "node:path";
import type { Blob, Change } from "../entries";
import { S3Error } from "../errors";
import type { Files } from "./files";
import { segmentHeadBytes, recordHeadBytes } from "./record";
import { readAt, readMark, recordsOf } from "./replay";
import type { StoreFolder } from "./store";

/** A segment is rewritten when fewer than this share of its bytes are referred to. */
const worthKeeping = 0.5;

/**
 * Gives the room of deleted small objects back: what is still referred to in a mostly dead segment is written again at
 * the journal's end, then the segment goes. Segments that the next start may have to read stay.
 * @returns the segments that went
 */
export async function compactSegments(store: StoreFolder, files: Files, folder: string): Promise<string[]> {
  const live = await store.catalogue.segments();
  const needed = store.catalogue.checkpoint?.segment ?? "";
  const removed: string[] = [];
  for (const segment of (await files.readdir(folder)).sort()) {
    if (segment >= needed) break;
    if ((live.get(segment) ?? 0) > 0) {
      const moved = await moveLive(store, files, path.join(folder, segment), segment, live.get(segment)!);
      if (!moved || ((await store.catalogue.segments()).get(segment) ?? 0) > 0) continue;
    }
    await store.blobs.removeSegment(segment);
    await store.catalogue.forgetSegment(segment);
    removed.push(segment);
  }
  return removed;
}

/** @returns whether it was worth it */
async function moveLive(store: StoreFolder, files: Files, target: string, segment: string, liveBytes: number): Promise<boolean> {
  const file = await files.open(target, "r");
  try {
    const { size } = await file.stat();
    const mark = await readMark(file);
    if (!mark || liveBytes > size * worthKeeping) return false;
    let start = segmentHeadBytes;
    for await (const { change, endOffset } of recordsOf(file, mark, start)) {
      const id = `${segment}@${start + recordHeadBytes}`;
      start = endOffset;
      const blob = blobOf(change, id);
      if (blob && "key" in change) {
        const bytes = () => readAt(file, Number(id.split("@")[1]), blob.sizeBytes);
        await move(store, change, blob, bytes).catch((error: unknown) => {
          // Its bucket went meanwhile, and it with it.
          if (!(error instanceof S3Error && error.code === "NoSuchBucket")) throw error;
        });
      }
    }
    return true;
  } finally {
    await file.close();
  }
}

/** The bytes that came with a change. */
function blobOf(change: Change, id: string): Blob | undefined {
  const blobs = "entry" in change ? change.entry.blobs : "part" in change ? [change.part.blob] : "blob" in change ? [change.blob] : [];
  return blobs.find((blob) => blob.id === id);
}

function move(store: StoreFolder, change: Extract<Change, { key: string }>, { id: from, sizeBytes }: Blob, read: () => Promise<Buffer>): Promise<void> {
  const { bucket, key } = change;
  return store.inTurn(bucket, key, async () => {
    const place = store.bucket(bucket);
    const blob: Blob = { id: "", sizeBytes };
    if ("upload" in change && place.upload(key, change.upload)) {
      const part = (await place.parts(change.upload)).find((one) => one.blob.id === from);
      if (part) await store.commit({ op: "part-moved", bucket, key, upload: change.upload, number: part.number, from, blob }, { blob, bytes: await read() });
      return;
    }
    for await (const { key: found, version } of place.versionsFrom(key, key)) {
      if (found !== key) return;
      if (!version.content?.blobs.some(({ id }) => id === from)) continue;
      return store.commit({ op: "moved", bucket, key, seq: version.seq, from, blob }, { blob, bytes: await read() });
    }
  });
}
