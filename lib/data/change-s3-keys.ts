import { accessOfRole, type BucketAccess } from "#lib/domain/bucket-access";
import type { Role } from "#lib/domain/role";
import type { Prisma } from "#prisma/client";
import type { Database } from "./database";

/** What the object store is to know of a key. */
export type S3KeyInEffect = { accessKeyId: string; grants: { bucket: string; access: BucketAccess }[]; expiresAtMs: number | null };

/** Any number will do, as long as nothing else locks it. */
const changeLock = 0x1a7e_53ce;

/**
 * Changes something that S3 access keys depend on, and tells the store before it counts: one changer at a time, and when
 * the store does not take it, nothing was changed here either.
 * @param options.tell is told of all keys in effect, whoever's they are: those of members, with no more than their role allows
 */
export async function changeS3Keys<T>(
  db: Database,
  { change, tell }: { change: (tx: Prisma.TransactionClient) => Promise<T>; tell: (keys: S3KeyInEffect[]) => Promise<void> },
): Promise<T> {
  return db.$transaction(
    async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(${changeLock})`;
      const changed = await change(tx);
      const rows = await tx.s3AccessKey.findMany({ include: { grants: true, member: { select: { role: true } } } });
      await tell(
        rows.map(({ id, grants, member, expiresAt }) => ({
          accessKeyId: id,
          grants: grants.map(({ bucketName, access }) => ({ bucket: bucketName, access: accessOfRole(member.role as Role, access as BucketAccess) })),
          expiresAtMs: expiresAt?.getTime() ?? null,
        })),
      );
      return changed;
    },
    { maxWait: 10_000, timeout: 60_000 },
  );
}
