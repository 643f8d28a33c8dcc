import { roles, type Role } from "#lib/domain/role";

/** What better-auth keeps with a key for us: whose data it reaches, and how far. */
export type ApiKeyMetadata = { workspaceId: string; role: Role };

/** @returns null when the text is not one of ours: such a key reaches nothing */
export function parseApiKeyMetadata(text: string | null): ApiKeyMetadata | null {
  if (!text) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
    // better-auth has been seen to encode it twice
    if (typeof value === "string") value = JSON.parse(value);
  } catch {
    return null;
  }
  const { workspaceId, role } = (value ?? {}) as Partial<ApiKeyMetadata>;
  return typeof workspaceId === "string" && roles.includes(role as Role) ? { workspaceId, role: role as Role } : null;
}
