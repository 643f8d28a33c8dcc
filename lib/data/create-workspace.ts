import { LatheError } from "#lib/domain/errors";
import type { Database } from "./database";
import { isUniqueViolation } from "./database-error";
import { newWorkspaceId } from "./ids";
import type { WorkspaceRow } from "./rows";

/** A workspace whose only member is its owner. @throws LatheError `workspace_exists` */
export async function createWorkspace(
  db: Database,
  { slug, name, ownerId }: { slug: string; name: string; ownerId: string },
): Promise<WorkspaceRow> {
  try {
    return await db.workspace.create({ data: { id: newWorkspaceId(), slug, name, members: { create: { userId: ownerId, role: "owner" } } } });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new LatheError({
      code: "workspace_exists",
      message: `The name "${slug}" is taken by another workspace.`,
      nextStep: "Choose another name.",
      status: 409,
    });
  }
}
