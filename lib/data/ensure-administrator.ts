import type { Database } from "./database";
import { newUserId, newWorkspaceId } from "./ids";

/** Whoever owns this workspace administers the installation. */
export const administratorsSlug = "local";

/** The person at this machine: made once, an owner of the workspace "local". Two servers starting together make one. */
export async function ensureAdministrator(db: Database): Promise<{ userId: string; workspaceId: string; workspaceSlug: string }> {
  const email = "admin@lathe.local";
  const slug = administratorsSlug;
  await db.user.createMany({ data: [{ id: newUserId(), name: "Administrator", email, emailVerified: true }], skipDuplicates: true });
  await db.workspace.createMany({ data: [{ id: newWorkspaceId(), slug, name: "Local" }], skipDuplicates: true });
  const [user, workspace] = await Promise.all([
    db.user.findUniqueOrThrow({ where: { email } }),
    db.workspace.findUniqueOrThrow({ where: { slug } }),
  ]);
  await db.member.createMany({ data: [{ workspaceId: workspace.id, userId: user.id, role: "owner" }], skipDuplicates: true });
  return { userId: user.id, workspaceId: workspace.id, workspaceSlug: slug };
}
