import { notFound } from "#lib/domain/errors";
import { parseApiKeyMetadata } from "./api-key-metadata";
import type { Database } from "./database";

/** @throws LatheError 404 unless it is this user's key in this workspace */
export async function revokeApiKey(
  db: Database,
  { id, userId, workspaceId }: { id: string; userId: string; workspaceId: string },
): Promise<void> {
  const row = await db.apikey.findFirst({ where: { id, referenceId: userId } });
  if (parseApiKeyMetadata(row?.metadata ?? null)?.workspaceId !== workspaceId) throw notFound("api_key", id);
  await db.apikey.deleteMany({ where: { id } });
}
