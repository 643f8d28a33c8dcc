import { notFound } from "#lib/domain/errors";
import { parseApiKeyMetadata } from "./api-key-metadata";
import { requireAnotherOwner } from "./change-member";
import type { Database } from "./database";

/** Their API keys of this workspace stop working with the membership; they are removed all the same. */
export async function removeMember(db: Database, { workspaceId, userId }: { workspaceId: string; userId: string }): Promise<void> {
  await db.$transaction(async (tx) => {
    await requireAnotherOwner(tx, { workspaceId, userId });
    const { count } = await tx.member.deleteMany({ where: { workspaceId, userId } });
    if (count === 0) throw notFound("member", userId);
    const keys = await tx.apikey.findMany({ where: { referenceId: userId }, select: { id: true, metadata: true } });
    const here = keys.filter(({ metadata }) => parseApiKeyMetadata(metadata)?.workspaceId === workspaceId).map(({ id }) => id);
    await tx.apikey.deleteMany({ where: { id: { in: here } } });
  });
}
