import { createHash } from "node:crypto";
import { LatheError } from "#lib/domain/errors";
import { sniffFormat } from "#lib/nn/pictures/sniff";
import { readObject } from "#storage/read-object";
import type { ObjectAddress, ObjectStore } from "#storage/object-store";
import { pictureEnding } from "../import/formats/labels";
import { untilStoreAnswers } from "../../work/patience";
import type { ExportSample } from "./layout";

const sniffedBytes = 1024;

/**
 * Copies a sample's picture inside the store, if it is still the one that was frozen. One that is there already is left.
 * @returns whether anything was copied. @throws LatheError `picture_missing`, `picture_changed`
 */
export async function copyPicture(store: ObjectStore, sample: ExportSample, from: ObjectAddress, to: ObjectAddress, options: { resuming: boolean; signal: AbortSignal }): Promise<boolean> {
  const { resuming, signal } = options;
  await requireSame(store, sample, from, signal);
  if (resuming) {
    const there = await untilStoreAnswers(() => store.head(to.bucket, to.key), signal);
    if (there?.sizeBytes === sample.sizeBytes && (await isSame(store, sample, to, there.etag, signal))) return false;
  }
  await untilStoreAnswers(() => store.copy(from, to), signal);
  return true;
}

/** The ETag tells at once; where it differs or was not kept, the bytes do. */
async function isSame(store: ObjectStore, { etag, sha256 }: ExportSample, at: ObjectAddress, found: string, signal: AbortSignal): Promise<boolean> {
  if (etag !== "" && found === etag) return true;
  return untilStoreAnswers(async () => {
    const { body } = await store.get(at.bucket, at.key, { signal });
    const hash = createHash("sha256");
    for await (const piece of body) hash.update(piece as Buffer);
    return hash.digest("hex") === sha256;
  }, signal);
}

/** @throws LatheError when the picture is not the one that was frozen */
export async function requireSame(store: ObjectStore, sample: ExportSample, at: ObjectAddress, signal: AbortSignal): Promise<void> {
  const { bucket, key } = at;
  const nextStep = "Put the picture back, or make a new version of the dataset, and start again.";
  const found = await untilStoreAnswers(() => store.head(bucket, key), signal);
  if (!found) {
    throw new LatheError({ code: "picture_missing", message: `The picture "${key}" is no longer in the bucket "${bucket}".`, nextStep, status: 409 });
  }
  if (found.sizeBytes === sample.sizeBytes && (await isSame(store, sample, at, found.etag, signal))) return;
  throw new LatheError({ code: "picture_changed", message: `The picture "${key}" has changed since the dataset was made.`, nextStep, status: 409 });
}

/** A sample's bytes. @throws LatheError when they are not those that were frozen */
export async function readPicture(store: ObjectStore, sample: ExportSample, at: ObjectAddress, signal: AbortSignal): Promise<Buffer> {
  const bytes = await untilStoreAnswers(() => readObject(store, at.bucket, at.key, sample.sizeBytes), signal);
  if (createHash("sha256").update(bytes).digest("hex") === sample.sha256) return bytes;
  await requireSame(store, { ...sample, etag: "" }, at, signal);
  return bytes;
}

/** How the copy's name ends: as the key does, or, where that says nothing of a picture, as its first bytes say. */
export async function endingOf(store: ObjectStore, { bucket, key }: ObjectAddress, signal: AbortSignal): Promise<string> {
  const ending = pictureEnding.exec(key)?.[0].toLowerCase();
  if (ending) return ending;
  const head = await untilStoreAnswers(async () => {
    const { body } = await store.get(bucket, key, { range: { first: 0, last: sniffedBytes - 1 }, signal });
    return Buffer.concat((await body.toArray()) as Buffer[]);
  }, signal);
  const format = sniffFormat(head);
  return format === null || format === "jpeg" ? ".jpg" : `.${format}`;
}
