import { countSamples } from "#lib/data/count-samples";
import { findDatasetVersion } from "#lib/data/find-dataset-version";
import { listDuplicateGroups } from "#lib/data/list-duplicate-groups";
import { listSamples, type SampleCursor } from "#lib/data/list-samples";
import type { DuplicateGroup, sampleOperations } from "#lib/protocol/samples";
import type { Handlers } from "./call";
import { indexAfter, invalidCursor, pageOf } from "./cursors";
import { presentSamples } from "./present-sample";

export const sampleHandlers: Handlers<keyof typeof sampleOperations> = {
  async "sample.list"(call, { dataset, version, cursor, limit = 100, order = "index", ...filter }) {
    const { services, access } = call;
    const row = await findDatasetVersion(services.db, { workspaceId: access.workspace.workspaceId, dataset, version });
    const found = await listSamples(services.db, { datasetVersionId: row.id, after: sampleAfter(cursor), limit: limit + 1, filter, order });
    const { rows, nextCursor } = pageOf(found, limit, (last) => (order === "unsure" ? `${last.index}.${last.suggestedProbability}` : String(last.index)));
    return { items: await presentSamples(call, row, rows), nextCursor };
  },

  async "sample.count"({ services, access }, { dataset, version, ...filter }) {
    const row = await findDatasetVersion(services.db, { workspaceId: access.workspace.workspaceId, dataset, version });
    const counts = await countSamples(services.db, { datasetVersionId: row.id, filter });
    const of = (state: string) => counts[state] ?? 0;
    return { unlabelled: of("unlabelled"), labelled: of("labelled"), toReview: of("to-review"), accepted: of("accepted") };
  },

  async "duplicate.list"(call, { dataset, version, cursor, limit = 50, kind, conflicting }) {
    const { services, access } = call;
    const row = await findDatasetVersion(services.db, { workspaceId: access.workspace.workspaceId, dataset, version });
    const found = await listDuplicateGroups(services.db, {
      datasetVersionId: row.id, after: indexAfter(cursor), limit: limit + 1, kind, conflicting: conflicting === "true",
    });
    const { rows, nextCursor } = pageOf(found, limit, ({ id }) => String(id));
    const samples = await presentSamples(call, row, rows.flatMap((group) => group.samples));
    let next = 0;
    const items = rows.map((group) => ({
      group: group.id, kind: group.kind as DuplicateGroup["kind"], size: group.size, conflicting: group.conflicting, keptApart: group.keptApart,
      samples: samples.slice(next, (next += group.samples.length)),
    }));
    return { items, nextCursor };
  },
};

/** "INDEX" or "INDEX.PROBABILITY" of the last sample seen. */
function sampleAfter(cursor: string | undefined): SampleCursor | null {
  if (cursor === undefined) return null;
  const match = /^(\d{1,9})(?:\.(\d(?:\.\d{1,20})?(?:e-\d{1,2})?))?$/.exec(cursor);
  if (!match) throw invalidCursor();
  const [, index, probability] = match;
  return { index: Number(index), ...(probability === undefined ? {} : { probability: Number(probability) }) };
}
