import { findUserNames } from "#lib/data/find-user-names";
import { listBuckets } from "#lib/data/list-buckets";
import type { SampleRow } from "#lib/data/rows";
import type { Sample } from "#lib/protocol/samples";
import { presignDownload, thumbnailUrl } from "../object-urls";
import type { Call } from "./call";

/** As the API shows them, in the rows' order. */
export async function presentSamples(call: Call, version: { bucket: string }, rows: readonly SampleRow[]): Promise<Sample[]> {
  const { services, access } = call;
  // Another workspace may own a bucket of this name by now: then its pictures are not ours to show.
  const bucketIsOurs = (await listBuckets(services.db, access.workspace)).some(({ name }) => name === version.bucket);
  const names = await findUserNames(services.db, { userIds: rows.flatMap(({ labelledById }) => labelledById ?? []) });
  return Promise.all(rows.map((row) => presentSample(call, bucketIsOurs ? version.bucket : null, names, row)));
}

/** @param bucket null: gone; the addresses are empty then */
async function presentSample({ services, access }: Call, bucket: string | null, names: ReadonlyMap<string, string>, row: SampleRow): Promise<Sample> {
  const { index, key, label, sha256, sizeBytes, width, height, dropped, revision } = row;
  return {
    index, key, label, sha256, sizeBytes, width, height, dropped, revision,
    split: row.split as Sample["split"],
    boxes: (row.boxes ?? []) as Sample["boxes"],
    state: row.state as Sample["state"],
    labelledBy: row.labelledById === null ? null : (names.get(row.labelledById) ?? null),
    labelledAtMs: row.labelledAt?.getTime() ?? null,
    suggestion: row.suggestedLabel === null || row.suggestedProbability === null ? null : { label: row.suggestedLabel, probability: row.suggestedProbability },
    group: row.groupId,
    url: bucket === null ? "" : await presignDownload(services.store, bucket, key),
    thumbnailUrl: bucket === null ? "" : (thumbnailUrl({ workspace: access.workspace.slug, bucket, key, version: sha256 }) ?? ""),
  };
}
