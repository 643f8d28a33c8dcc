import { deleteDatasetVersion } from "#lib/data/delete-dataset-version";
import { diffDatasetVersions, requireComparable } from "#lib/data/diff-dataset-versions";
import { findDatasetVersion } from "#lib/data/find-dataset-version";
import { listBuckets } from "#lib/data/list-buckets";
import { listVersionChanges, type VersionChangeRow } from "#lib/data/list-version-changes";
import { updateDatasetVersion } from "#lib/data/update-dataset-version";
import type { VersionChange, versionOperations } from "#lib/protocol/datasets";
import { datasetVersionPrefix } from "#storage/keys";
import { thumbnailUrl } from "../object-urls";
import { removeArtifacts } from "../remove-artifacts";
import type { Handlers } from "./call";
import { indexAfter, pageOf } from "./cursors";
import { ok } from "./ok";
import { presentDatasetVersion } from "./present-dataset";

export const versionHandlers: Handlers<keyof typeof versionOperations> = {
  async "dataset-version.update"({ services, access }, { dataset, version, name, published }) {
    const { workspaceId } = access.workspace;
    const row = await updateDatasetVersion(services.db, { workspaceId, dataset, version, name, published });
    services.live.changed(workspaceId, "dataset", dataset);
    return presentDatasetVersion(row);
  },

  async "dataset-version.delete"({ services, access }, { dataset, version }) {
    const { workspaceId } = access.workspace;
    const { datasetVersionId } = await deleteDatasetVersion(services.db, { workspaceId, dataset, version });
    await removeArtifacts(services, [datasetVersionPrefix(workspaceId, datasetVersionId)]);
    services.live.changed(workspaceId, "dataset", dataset);
    return ok;
  },

  async "dataset-version.diff"({ services, access }, { dataset, version, from, cursor, limit = 100, kind, search }) {
    const { workspaceId, slug } = access.workspace;
    const [before, after] = await Promise.all([from, version].map((each) => findDatasetVersion(services.db, { workspaceId, dataset, version: each })));
    for (const row of [before!, after!]) requireComparable(`${dataset}@${row.version}`, row.status);
    const { diffId, counts } = await diffDatasetVersions(services.db, { datasetId: after!.datasetId, from: before!, to: after! });
    const found = await listVersionChanges(services.db, { diffId, fromId: before!.id, toId: after!.id, after: indexAfter(cursor), limit: limit + 1, kind, search });
    const { rows, nextCursor } = pageOf(found, limit, ({ position }) => String(position));
    const ours = new Set((await listBuckets(services.db, access.workspace)).map(({ name }) => name));
    const side = (row: VersionChangeRow, which: "before" | "after"): VersionChange["before"] => {
      const sample = row[which];
      if (!sample) return null;
      const { bucket } = which === "before" ? before! : after!;
      // Of a replaced picture the bucket holds the new bytes only.
      const shown = ours.has(bucket) && !(row.kind === "replaced" && which === "before");
      const split = sample.split as NonNullable<VersionChange["before"]>["split"];
      return { ...sample, split, thumbnailUrl: shown ? (thumbnailUrl({ workspace: slug, bucket, key: row.key, version: sample.sha256 }) ?? "") : "" };
    };
    const items = rows.map((row) => ({ kind: row.kind as VersionChange["kind"], key: row.key, before: side(row, "before"), after: side(row, "after") }));
    return { items, nextCursor, counts };
  },
};
