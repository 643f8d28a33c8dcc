import type { Role } from "#lib/domain/role";
import { parseApiKeyMetadata } from "./api-key-metadata";
import type { Database } from "./database";

export type ApiKeyOf = { id: string; name: string; start: string; role: Role; createdAt: Date; lastUsedAt: Date | null };

/** A user's own keys in one workspace, newest first. */
export async function listApiKeys(db: Database, { userId, workspaceId }: { userId: string; workspaceId: string }): Promise<ApiKeyOf[]> {
  const rows = await db.apikey.findMany({ where: { referenceId: userId }, orderBy: { createdAt: "desc" } });
  return rows.flatMap((row) => {
    const metadata = parseApiKeyMetadata(row.metadata);
    if (metadata?.workspaceId !== workspaceId) return [];
    return [{ id: row.id, name: row.name ?? "", start: row.start ?? "", role: metadata.role, createdAt: row.createdAt, lastUsedAt: row.lastRequest }];
  });
}
