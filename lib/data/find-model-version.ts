import { notFound } from "#lib/domain/errors";
import type { Database } from "./database";
import { modelVersionInclude, type ModelVersionView } from "./model-version-view";

/** @param version null: the newest. @throws LatheError 404 when the workspace has no such version */
export async function findModelVersion(
  db: Database,
  { workspaceId, model, version }: { workspaceId: string; model: string; version: number | null },
): Promise<ModelVersionView> {
  const row = await db.modelVersion.findFirst({
    where: { model: { workspaceId, name: model }, ...(version === null ? {} : { version }) },
    orderBy: { version: "desc" },
    include: modelVersionInclude,
  });
  if (!row) throw notFound("model", version === null ? model : `${model}@${version}`);
  return row;
}
