import { randomBytes } from "node:crypto";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { LatheError } from "#lib/domain/errors";
import { type Account, isRoot, nobody, whatBars } from "./account";
import { SHARED_ROOT } from "./binaries";

/** Where the data lies and who owns it; account null: we ourselves. */
export type Place = { dataDir: string; account: Account | null };

type Owner = Account | null;

async function ownerOf(folder: string): Promise<Owner> {
  const found = await stat(folder).catch(() => null);
  return found && { uid: found.uid, gid: found.gid };
}

async function remembered(file: string): Promise<string | null> {
  const text = await readFile(file, "utf8").catch(() => null);
  return text === null ? null : (JSON.parse(text) as { dataDir: string }).dataDir;
}

async function existingPlace(dataDir: string, owner: Account): Promise<Place> {
  if (!isRoot()) {
    if (owner.uid === process.getuid?.()) return { dataDir, account: null };
    throw new LatheError({
      code: "data_of_another_user",
      message: `The database in ${dataDir} belongs to the user with the number ${owner.uid}, who is not you.`,
      nextStep: "Start Lathe as the user who started it first (root, probably), or set LATHE_HOME to a folder of your own.",
      status: 500,
    });
  }
  const barrier = await whatBars(dataDir, owner);
  if (!barrier) return { dataDir, account: owner };
  throw new LatheError({
    code: "data_out_of_reach",
    message: `PostgreSQL runs as the user with the number ${owner.uid}, who may no longer enter ${barrier}, where its data is.`,
    nextStep: `Let it pass: chmod o+x ${barrier}`,
    status: 500,
  });
}

/**
 * Finds or picks the folder for a home's database. It stays where it once was put. Root's data belongs to `nobody`,
 * and goes under /var/lib/lathe when `nobody` may not enter the home (a checkout under a 0700 folder).
 * @param home LATHE_HOME; exists
 * @throws LatheError `data_of_another_user`, `data_out_of_reach`
 */
export async function placeData(home: string): Promise<Place> {
  const inside = path.join(home, "postgres");
  const noteFile = path.join(home, "postgres.json");
  for (const dataDir of [inside, await remembered(noteFile)]) {
    const owner = dataDir && (await ownerOf(dataDir));
    if (owner && owner.uid !== 0) return existingPlace(dataDir, owner);
  }
  if (!isRoot()) return { dataDir: inside, account: null };
  const account = await nobody();
  if (!(await whatBars(home, account))) return { dataDir: inside, account };

  const outside = path.join(SHARED_ROOT, randomBytes(6).toString("hex"));
  await mkdir(outside, { recursive: true, mode: 0o755 });
  await writeFile(path.join(outside, "home"), `${home}\n`);
  const dataDir = path.join(outside, "postgres");
  await writeFile(noteFile, `${JSON.stringify({ dataDir }, null, 2)}\n`);
  return { dataDir, account };
}
