import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { LatheError } from "#lib/domain/errors";

/** Prisma's own key, so that `prisma migrate deploy` and this one wait for each other. */
const ADVISORY_LOCK_KEY = 72_707_369;
const LOCK_WAIT_MS = 60_000;

/** As Prisma creates it: its tools can read what we applied, and we what they applied. */
const HISTORY_TABLE = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id                  VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum            VARCHAR(64) NOT NULL,
    finished_at         TIMESTAMPTZ,
    migration_name      VARCHAR(255) NOT NULL,
    logs                TEXT,
    rolled_back_at      TIMESTAMPTZ,
    started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`;

type Migration = { name: string; sql: string; checksum: string };
type AppliedMigration = { name: string; checksum: string; finished: boolean };

export const migrationsFolder = path.resolve(import.meta.dirname, "../../prisma/migrations");

async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(path.join(folder, name, "migration.sql"), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    }),
  );
}

async function readHistory(client: pg.Client): Promise<AppliedMigration[]> {
  const { rows } = await client.query<{ migration_name: string; checksum: string; finished: boolean }>(
    `SELECT migration_name, checksum, finished_at IS NOT NULL AS finished
       FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at`,
  );
  return rows.map((row) => ({ name: row.migration_name, checksum: row.checksum, finished: row.finished }));
}

/**
 * What is left to apply, in order.
 * @throws LatheError `migration_changed`, `migration_unfinished`, `database_is_newer`
 */
export function pendingMigrations(migrations: Migration[], history: AppliedMigration[]): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const { name, checksum, finished } of history) {
    const migration = known.get(name);
    if (!migration)
      throw new LatheError({
        code: "database_is_newer",
        message: `The database has the migration ${name}, which this version of Lathe does not know: a newer one has run on it.`,
        nextStep: "Start that newer version, or point DATABASE_URL (or LATHE_HOME) at another database.",
        status: 500,
      });
    if (!finished)
      throw new LatheError({
        code: "migration_unfinished",
        message: `The migration ${name} was begun by another tool and never finished.`,
        nextStep: "Settle it with `npx prisma migrate resolve`, then start again.",
        status: 500,
      });
    if (migration.checksum !== checksum)
      throw new LatheError({
        code: "migration_changed",
        message: `prisma/migrations/${name}/migration.sql is not what was applied to this database: its checksum differs.`,
        nextStep: "Bring the file back as it was (git checkout) and put the change into a new migration.",
        status: 500,
      });
  }
  const applied = new Set(history.map(({ name }) => name));
  return migrations.filter(({ name }) => !applied.has(name));
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  const startedAt = new Date();
  await client.query("BEGIN");
  try {
    await client.query(migration.sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, $4, clock_timestamp(), 1)`,
      [randomUUID(), migration.checksum, migration.name, startedAt],
    );
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw new LatheError({
      code: "migration_failed",
      message: `The migration ${migration.name} failed and was undone: ${error instanceof Error ? error.message : error}.`,
      nextStep: "The database is as it was before. Fix the migration or the data it stumbled over, then start again.",
      status: 500,
      cause: error,
    });
  }
}

/** A lock as long as the connection: a migrator that dies lets go of it. */
async function lock(client: pg.Client): Promise<void> {
  await client.query(`SET lock_timeout = ${LOCK_WAIT_MS}`);
  try {
    await client.query("SELECT pg_advisory_lock($1)", [ADVISORY_LOCK_KEY]);
  } catch (error) {
    throw new LatheError({
      code: "migration_lock_held",
      message: `Another process has been migrating this database for over ${LOCK_WAIT_MS / 1000} s.`,
      nextStep: "Wait for it to end, or end its connection, then start again.",
      status: 500,
      cause: error,
    });
  }
  await client.query("SET lock_timeout = 0");
}

/**
 * Brings a database up to the newest migration, one transaction each. Any number of processes may call it at once: an
 * advisory lock lets one work while the others wait and then find nothing to do.
 * @returns the names of the migrations applied now, in order
 * @throws LatheError with one of the codes `migration_failed`, `migration_changed`, `migration_unfinished`,
 * `migration_lock_held`, `database_is_newer`
 */
export async function migrate(options: { databaseUrl: string; folder?: string }): Promise<string[]> {
  const migrations = await readMigrations(options.folder ?? migrationsFolder);
  const client = new pg.Client({ connectionString: options.databaseUrl, application_name: "lathe-migrate" });
  // Without a listener a connection that breaks between two queries would end the process.
  client.on("error", () => {});
  await client.connect();
  try {
    await lock(client);
    await client.query(HISTORY_TABLE);
    const pending = pendingMigrations(migrations, await readHistory(client));
    for (const migration of pending) await apply(client, migration);
    return pending.map(({ name }) => name);
  } finally {
    await client.end();
  }
}
