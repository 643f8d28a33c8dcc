import type { ApiKeyMetadata } from "#lib/data/api-key-metadata";
import type { Auth } from "./auth";

/** @returns the key itself, which is shown once: only its hash is kept */
export async function createApiKey(
  auth: Auth,
  { userId, name, workspaceId, role }: { userId: string; name: string } & ApiKeyMetadata,
): Promise<{ id: string; key: string }> {
  const metadata: ApiKeyMetadata = { workspaceId, role };
  const { id, key } = await auth.api.createApiKey({ body: { userId, name, metadata } });
  return { id, key };
}
