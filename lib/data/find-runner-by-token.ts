import { createHash } from "node:crypto";
import type { Database } from "./database";
import type { RunnerRow } from "./rows";

/** What is kept of a runner's token: its sha-256, hex. The token itself has 256 random bits, so no salt is needed. */
export function hashRunnerToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

export async function findRunnerByToken(db: Database, { token }: { token: string }): Promise<RunnerRow | null> {
  return db.runner.findUnique({ where: { tokenHash: hashRunnerToken(token) } });
}
