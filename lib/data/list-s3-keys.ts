import { accessOfRole, type BucketAccess } from "#lib/domain/bucket-access";
import type { Role } from "#lib/domain/role";
import type { Queries } from "./database";

export type S3KeyOf = {
  accessKeyId: string;
  label: string;
  grants: { bucket: string; access: BucketAccess }[];
  createdBy: { userId: string; name: string };
  createdAt: Date;
  lastUsedAt: Date | null;
  expiresAt: Date | null;
};

/** Newest first. @param options.createdById only this member's */
export async function listS3Keys(db: Queries, { workspaceId, createdById }: { workspaceId: string; createdById?: string }): Promise<S3KeyOf[]> {
  const rows = await db.s3AccessKey.findMany({
    where: { workspaceId, createdById },
    include: { grants: { orderBy: { bucketName: "asc" } }, member: { include: { user: true } } },
    orderBy: [{ createdAt: "desc" }, { id: "asc" }],
  });
  return rows.map(({ id, label, grants, member, createdAt, lastUsedAt, expiresAt }) => ({
    accessKeyId: id,
    label,
    grants: grants.map(({ bucketName, access }) => ({ bucket: bucketName, access: accessOfRole(member.role as Role, access as BucketAccess) })),
    createdBy: { userId: member.userId, name: member.user.name },
    createdAt,
    lastUsedAt,
    expiresAt,
  }));
}
