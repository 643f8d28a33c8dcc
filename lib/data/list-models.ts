import type { Database } from "./database";
import { modelVersionInclude, type ModelVersionView } from "./model-version-view";

export type ModelView = { name: string; createdAt: Date; versions: number; latest: ModelVersionView };

/** Models that have a version, by name. */
export async function listModels(db: Database, { workspaceId }: { workspaceId: string }): Promise<ModelView[]> {
  const rows = await db.model.findMany({
    where: { workspaceId },
    orderBy: { name: "asc" },
    include: {
      _count: { select: { versions: true } },
      versions: { orderBy: { version: "desc" }, take: 1, include: modelVersionInclude },
    },
  });
  return rows.flatMap(({ name, createdAt, _count, versions: [latest] }) =>
    latest ? [{ name, createdAt, versions: _count.versions, latest }] : [],
  );
}
