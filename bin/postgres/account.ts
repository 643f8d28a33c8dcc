import { readFile, realpath, stat } from "node:fs/promises";
import path from "node:path";

/** Who PostgreSQL runs as; it refuses to run as root. */
export type Account = { uid: number; gid: number };

const LAST_RESORT: Account = { uid: 65_534, gid: 65_534 };

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The account that owns nothing: `nobody` as this system numbers it. */
export async function nobody(): Promise<Account> {
  const users = await readFile("/etc/passwd", "utf8").catch(() => "");
  const fields = users.split("\n").find((line) => line.startsWith("nobody:"))?.split(":");
  const uid = Number(fields?.[2]);
  const gid = Number(fields?.[3]);
  return uid > 0 && gid > 0 ? { uid, gid } : LAST_RESORT;
}

const ENTER = 0o1;

async function mayEnter(target: string, account: Account): Promise<boolean> {
  const { mode, uid, gid } = await stat(target);
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
  return ((mode >> shift) & ENTER) === ENTER;
}

/**
 * The first folder (or program) on the way to `target`, itself included, that the account may not enter (or run), or
 * null when it gets there. Decided by owner, group and mode; access lists are not looked at.
 */
export async function whatBars(target: string, account: Account): Promise<string | null> {
  const real = await realpath(target);
  const { root } = path.parse(real);
  let reached = root;
  for (const name of real.slice(root.length).split(path.sep)) {
    if (!(await mayEnter(reached, account))) return reached;
    reached = path.join(reached, name);
  }
  return (await mayEnter(reached, account)) ? null : reached;
}
