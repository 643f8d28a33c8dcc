import { createHash, randomBytes } from "node:crypto";
import type { Database } from "./database";

export const signInCodeMs = 60 * 60_000;

/** Codes have 256 random bits: a plain hash keeps them as safe as a slow one would. */
export function hashSignInCode(code: string): string {
  return createHash("sha256").update(code).digest("hex");
}

/** Stores a code's hash; it signs this user in once, within the hour. Codes that were never used go after theirs. */
export async function storeSignInCode(db: Database, { code, userId, now }: { code: string; userId: string; now: Date }): Promise<Date> {
  const expiresAt = new Date(now.getTime() + signInCodeMs);
  await db.signInCode.deleteMany({ where: { expiresAt: { lt: now } } });
  const data = { codeHash: hashSignInCode(code), userId, expiresAt };
  await db.signInCode.upsert({ where: { codeHash: data.codeHash }, create: data, update: { userId, expiresAt } });
  return expiresAt;
}

export async function createSignInCode(db: Database, { userId, now }: { userId: string; now: Date }): Promise<{ code: string; expiresAt: Date }> {
  const code = randomBytes(32).toString("base64url");
  return { code, expiresAt: await storeSignInCode(db, { code, userId, now }) };
}

/** Uses a code up. Of two at once, one gets the user. @returns null when it was used, has expired or never was */
export async function consumeSignInCode(db: Database, { code, now }: { code: string; now: Date }): Promise<{ userId: string } | null> {
  const codeHash = hashSignInCode(code);
  const row = await db.signInCode.findUnique({ where: { codeHash } });
  if (!row) return null;
  const { count } = await db.signInCode.deleteMany({ where: { codeHash } });
  return count === 1 && row.expiresAt > now ? { userId: row.userId } : null;
}
