import { parseApiKeyMetadata, type ApiKeyMetadata } from "./api-key-metadata";
import type { Database } from "./database";

export type FoundApiKey = ApiKeyMetadata & { id: string; userId: string };

/** How exactly "last used" is kept: a write for every request would cost more than it tells. */
const lastUsedStepMs = 60_000;

/** @param keyHash as better-auth hashes keys. @returns null when unknown, disabled or expired */
export async function findApiKey(db: Database, { keyHash, now }: { keyHash: string; now: Date }): Promise<FoundApiKey | null> {
  const row = await db.apikey.findFirst({ where: { key: keyHash } });
  if (!row || row.enabled === false || (row.expiresAt && row.expiresAt <= now)) return null;
  const metadata = parseApiKeyMetadata(row.metadata);
  if (!metadata) return null;
  if (!row.lastRequest || now.getTime() - row.lastRequest.getTime() > lastUsedStepMs) {
    await db.apikey.updateMany({ where: { id: row.id }, data: { lastRequest: now } });
  }
  return { ...metadata, id: row.id, userId: row.referenceId };
}
