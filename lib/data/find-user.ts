import type { Database } from "./database";

export async function findUser(db: Database, { userId }: { userId: string }): Promise<{ id: string; name: string; email: string } | null> {
  return db.user.findUnique({ where: { id: userId }, select: { id: true, name: true, email: true } });
}
