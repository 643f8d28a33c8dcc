import { notFound } from "#lib/domain/errors";
import type { Queries } from "./database";

/** @param options.createdById only if it is this member's. @throws LatheError `s3_key_not_found` */
export async function deleteS3Key(
  db: Queries,
  { accessKeyId, workspaceId, createdById }: { accessKeyId: string; workspaceId: string; createdById?: string },
): Promise<void> {
  const { count } = await db.s3AccessKey.deleteMany({ where: { id: accessKeyId, workspaceId, createdById } });
  if (count === 0) throw notFound("s3_key", accessKeyId);
}
