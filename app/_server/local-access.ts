import { randomBytes } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { ensureAdministrator } from "#lib/data/ensure-administrator";
import { ensureRunner } from "#lib/data/ensure-runner";
import { findApiKey } from "#lib/data/find-api-key";
import { storeSignInCode } from "#lib/data/sign-in-code";
import { hashApiKey } from "./auth";
import { createApiKey } from "./create-api-key";
import type { Services } from "./services";

/**
 * What the person at this machine comes in by: the administrator and their workspace, the runner beside us, the API key
 * in local.json for the CLI, and the one-time code in the address that the start prints.
 */
export async function ensureLocalAccess(services: Pick<Services, "db" | "auth" | "config">): Promise<void> {
  const { db, config } = services;
  const administrator = await ensureAdministrator(db);
  if (config.runnerToken) await ensureRunner(db, { name: "local", token: config.runnerToken });
  if (config.localFile) await keepLocalFile(services, config.localFile, administrator);
  if (config.signInCode) await storeSignInCode(db, { code: config.signInCode, userId: administrator.userId, now: new Date() });
}

async function keepLocalFile(
  { db, auth, config }: Pick<Services, "db" | "auth" | "config">,
  file: string,
  { userId, workspaceId }: { userId: string; workspaceId: string },
): Promise<void> {
  const kept = await readToken(file);
  const known = kept === null ? null : await findApiKey(db, { keyHash: await hashApiKey(kept), now: new Date() });
  const token =
    kept !== null && known?.userId === userId && known.workspaceId === workspaceId && known.role === "owner"
      ? kept
      : (await createApiKey(auth, { userId, workspaceId, name: "local administrator", role: "owner" })).key;
  const { endpoint, region, accessKeyId, secretAccessKey, embedded } = config.s3;
  const content = { url: config.url, token, s3: { endpoint, region, accessKeyId, secretAccessKey, embedded } };
  await writeWhole(file, `${JSON.stringify(content, null, 2)}\n`);
}

/** @returns null when there is no file yet or it is not one of ours: a new key is made then */
async function readToken(file: string): Promise<string | null> {
  try {
    const { token } = JSON.parse(await readFile(file, "utf8")) as { token?: unknown };
    return typeof token === "string" ? token : null;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** A reader sees the old file or the new one, and nobody but the owner sees either. */
async function writeWhole(file: string, text: string): Promise<void> {
  const beside = `${file}.${randomBytes(6).toString("hex")}`;
  try {
    await writeFile(beside, text, { mode: 0o600, flag: "wx" });
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
