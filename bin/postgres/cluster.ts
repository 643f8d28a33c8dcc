import { execFile } from "node:child_process";
import { chmod, chown, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { LatheError } from "#lib/domain/errors";
import { type Binaries, postgresBinaries } from "./binaries";
import { type Place } from "./place";

const run = promisify(execFile);

export const SUPERUSER = "lathe";
const MAX_CONNECTIONS = 100;
const SHARED_BUFFERS = "128MB";

/** PostgreSQL's data folder, ready to be served. `durable: false` trades safety for speed: for tests only. */
export type Cluster = Place & { binaries: Binaries; durable: boolean };

/** What to spawn; uid and gid are absent when we run it as ourselves. */
export type Command = {
  file: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  uid?: number;
  gid?: number;
};

/** The line on stderr that says connections are taken. */
export const POSTGRES_READY = /database system is ready to accept connections/;

/** Next declares NODE_ENV part of every environment; PostgreSQL does not care. */
function environment(): NodeJS.ProcessEnv {
  return { LC_ALL: "C", TZ: "UTC", PATH: process.env.PATH, NODE_ENV: "production" };
}

async function prepareFolder(folder: string, place: Place): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  if (place.account) await chown(folder, place.account.uid, place.account.gid);
}

async function initialise(cluster: Cluster, password: string): Promise<void> {
  const { dataDir, account, binaries, durable } = cluster;
  const partial = `${dataDir}.new`;
  await rm(partial, { recursive: true, force: true });
  await prepareFolder(partial, cluster);
  const passwordFile = `${dataDir}.password`;
  await writeFile(passwordFile, password, { mode: 0o600 });
  try {
    if (account) await chown(passwordFile, account.uid, account.gid);
    await run(
      binaries.initdb,
      [
        `--pgdata=${partial}`,
        `--username=${SUPERUSER}`,
        `--pwfile=${passwordFile}`,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        // Sorts by code point like C, but knows the upper and lower case of every script.
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-instructions",
        ...(durable ? [] : ["--no-sync"]),
      ],
      { cwd: "/", env: environment(), ...account },
    );
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr?.trim().split("\n").at(-1);
    // A container's arbitrary uid.
    if (said?.includes("user does not exist"))
      throw new LatheError({
        code: "user_without_name",
        message: `You are the user with the number ${process.getuid?.()}, which this system has no name for; PostgreSQL refuses to run as such.`,
        nextStep: "Add a line for it to /etc/passwd, start as another user, or set DATABASE_URL to a PostgreSQL of your own.",
        status: 500,
        cause,
      });
    throw new LatheError({
      code: "postgres_init_failed",
      message: `PostgreSQL could not make its data folder ${dataDir}: ${said ?? cause}.`,
      nextStep: "Check that the disk has room and the folder can be written to, or set DATABASE_URL to a PostgreSQL of your own.",
      status: 500,
      cause,
    });
  } finally {
    await rm(passwordFile, { force: true });
  }
  // Renamed into place when whole: an initdb cut short is never taken for a database.
  await rename(partial, dataDir);
}

/**
 * Makes sure the data folder holds a database these binaries can serve; does nothing when it already does.
 * @param password of the superuser `lathe`; used only when the folder is made now
 * @throws LatheError `postgres_not_installed`, `postgres_init_failed`, `user_without_name`, `postgres_version_mismatch`
 */
export async function openCluster(place: Place, options: { password: string; durable?: boolean }): Promise<Cluster> {
  const binaries = await postgresBinaries(place.account);
  const cluster: Cluster = { ...place, binaries, durable: options.durable ?? true };
  const written = await readFile(path.join(place.dataDir, "PG_VERSION"), "utf8").catch(() => null);
  if (written === null) {
    await initialise(cluster, options.password);
    return cluster;
  }
  const [major] = binaries.version.split(".");
  if (written.trim() !== major)
    throw new LatheError({
      code: "postgres_version_mismatch",
      message: `The database in ${place.dataDir} was written by PostgreSQL ${written.trim()}; this Lathe brings ${major}.`,
      nextStep: `Export it with a Lathe that brings PostgreSQL ${written.trim()}, or set LATHE_HOME to a new folder.`,
      status: 500,
    });
  return cluster;
}

/** How to serve the cluster on 127.0.0.1:port. SIGINT stops it fast and cleanly, SIGQUIT at once. */
export function postgresCommand(cluster: Cluster, port: number): Command {
  const settings = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    // A socket's path may hold 107 bytes, fewer than many a home's; TCP on loopback serves all.
    unix_socket_directories: "",
    max_connections: String(MAX_CONNECTIONS),
    shared_buffers: SHARED_BUFFERS,
    log_checkpoints: "off",
    log_timezone: "UTC",
    timezone: "UTC",
    ...(cluster.durable ? {} : { fsync: "off", full_page_writes: "off", synchronous_commit: "off" }),
  };
  return {
    file: cluster.binaries.postgres,
    args: ["-D", cluster.dataDir, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    cwd: "/",
    env: environment(),
    ...cluster.account,
  };
}

export function databaseUrl(server: { port: number; password: string }, database: string): string {
  return `postgresql://${SUPERUSER}:${encodeURIComponent(server.password)}@127.0.0.1:${server.port}/${database}`;
}
