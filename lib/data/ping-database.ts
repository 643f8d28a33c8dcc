import type { Database } from "./database";

/** Resolves when PostgreSQL answers. @throws what the driver says when it does not */
export async function pingDatabase(db: Database): Promise<void> {
  await db.$queryRaw`SELECT 1`;
}
