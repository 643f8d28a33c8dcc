import type { Database } from "./database";
import { hashRunnerToken } from "./find-runner-by-token";
import { newRunnerId } from "./ids";

/** Makes the runner known by this name, with this token from now on. */
export async function ensureRunner(db: Database, { name, token }: { name: string; token: string }): Promise<{ runnerId: string }> {
  const tokenHash = hashRunnerToken(token);
  const row = await db.runner.upsert({ where: { name }, create: { id: newRunnerId(), name, tokenHash }, update: { tokenHash } });
  return { runnerId: row.id };
}
