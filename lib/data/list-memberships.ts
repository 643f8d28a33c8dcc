import type { Role } from "#lib/domain/role";
import type { Database } from "./database";

export type Membership = { workspaceId: string; slug: string; name: string; role: Role };

/** The workspaces a user is in, oldest membership first. */
export async function listMemberships(db: Database, { userId }: { userId: string }): Promise<Membership[]> {
  const rows = await db.member.findMany({
    where: { userId },
    include: { workspace: true },
    orderBy: [{ createdAt: "asc" }, { workspaceId: "asc" }],
  });
  return rows.map(({ workspace, role }) => ({ workspaceId: workspace.id, slug: workspace.slug, name: workspace.name, role: role as Role }));
}
