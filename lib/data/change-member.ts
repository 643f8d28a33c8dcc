import { LatheError, notFound } from "#lib/domain/errors";
import type { Role } from "#lib/domain/role";
import type { Prisma } from "#prisma/client";
import type { Database } from "./database";
import type { MemberOf } from "./list-members";

/** @throws LatheError `last_owner` when nobody else could manage the workspace any more */
export async function changeMember(
  db: Database,
  { workspaceId, userId, role }: { workspaceId: string; userId: string; role: Role },
): Promise<MemberOf> {
  return db.$transaction(async (tx) => {
    if (role !== "owner") await requireAnotherOwner(tx, { workspaceId, userId });
    const { count } = await tx.member.updateMany({ where: { workspaceId, userId }, data: { role } });
    if (count === 0) throw notFound("member", userId);
    const row = await tx.member.findUniqueOrThrow({ where: { workspaceId_userId: { workspaceId, userId } }, include: { user: true } });
    return { userId, name: row.user.name, email: row.user.email, role, joinedAt: row.createdAt };
  });
}

/** Locks the workspace's owners, so that two owners cannot both leave at once. */
export async function requireAnotherOwner(
  tx: Prisma.TransactionClient,
  { workspaceId, userId }: { workspaceId: string; userId: string },
): Promise<void> {
  const owners = await tx.$queryRaw<{ userId: string }[]>`
    SELECT "userId" FROM "member" WHERE "workspaceId" = ${workspaceId} AND "role" = 'owner' ORDER BY "userId" FOR UPDATE`;
  if (owners.length === 1 && owners[0]!.userId === userId) {
    throw new LatheError({
      code: "last_owner",
      message: "This is the workspace's only owner.",
      nextStep: "Make somebody else an owner first.",
      status: 409,
    });
  }
}
