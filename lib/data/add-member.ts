import { LatheError } from "#lib/domain/errors";
import type { Role } from "#lib/domain/role";
import type { Database } from "./database";
import { isUniqueViolation } from "./database-error";
import { newUserId } from "./ids";
import type { MemberOf } from "./list-members";

/**
 * Adds a person to a workspace, and to Lathe when they are not known yet. A new person has no password: they come in by
 * a one-time link and may set one.
 * @param email compared without regard to case
 * @returns isNew: the person had no account before
 * @throws LatheError `already_member`
 */
export async function addMember(
  db: Database,
  options: { workspaceId: string; email: string; name: string; role: Role },
): Promise<{ member: MemberOf; isNew: boolean }> {
  const { workspaceId, name, role } = options;
  const email = options.email.toLowerCase();
  return db.$transaction(async (tx) => {
    const known = await tx.user.findUnique({ where: { email } });
    const user = known ?? (await tx.user.create({ data: { id: newUserId(), name, email, emailVerified: true } }));
    const row = await tx.member.create({ data: { workspaceId, userId: user.id, role } });
    return { member: { userId: user.id, name: user.name, email: user.email, role, joinedAt: row.createdAt }, isNew: known === null };
  }).catch((error: unknown) => {
    if (!isUniqueViolation(error)) throw error;
    throw new LatheError({
      code: "already_member",
      message: `${email} is a member of this workspace already.`,
      nextStep: "Change their role in the list of members.",
      status: 409,
    });
  });
}
