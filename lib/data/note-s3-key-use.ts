import type { Queries } from "./database";

/** Only ever later: the store forgets uses when it is started again. */
export async function noteS3KeyUse(db: Queries, { accessKeyId, at }: { accessKeyId: string; at: Date }): Promise<void> {
  await db.s3AccessKey.updateMany({ where: { id: accessKeyId, OR: [{ lastUsedAt: null }, { lastUsedAt: { lt: at } }] }, data: { lastUsedAt: at } });
}
