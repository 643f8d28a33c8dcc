import { notFound } from "#lib/domain/errors";
import type { Database } from "./database";
import { modelVersionInclude, type ModelVersionView } from "./model-version-view";

/** Newest first. @throws LatheError 404 when the workspace has no such model */
export async function listModelVersions(
  db: Database,
  { workspaceId, model }: { workspaceId: string; model: string },
): Promise<ModelVersionView[]> {
  const rows = await db.modelVersion.findMany({
    where: { model: { workspaceId, name: model } },
    orderBy: { version: "desc" },
    include: modelVersionInclude,
  });
  if (rows.length === 0) throw notFound("model", model);
  return rows;
}
