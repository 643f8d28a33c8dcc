import type { Role } from "#lib/domain/role";
import type { Database } from "./database";

export type MemberOf = { userId: string; name: string; email: string; role: Role; joinedAt: Date };

export async function listMembers(db: Database, { workspaceId }: { workspaceId: string }): Promise<MemberOf[]> {
  const rows = await db.member.findMany({ where: { workspaceId }, include: { user: true }, orderBy: { createdAt: "asc" } });
  return rows.map(({ user, role, createdAt }) => ({ userId: user.id, name: user.name, email: user.email, role: role as Role, joinedAt: createdAt }));
}
