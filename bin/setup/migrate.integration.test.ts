import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dropDatabase, ensureDatabase } from "../postgres/database";
import { migrate } from "./migrate";

let folder: string;
let databaseUrl: string;
let adminUrl: string;
let name: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "lathe-migrations-"));
  const url = new URL(process.env.LATHE_TEST_DATABASE_URL ?? "");
  url.pathname = "/postgres";
  adminUrl = url.toString();
  name = `migrate_${randomBytes(6).toString("hex")}`;
  await ensureDatabase(adminUrl, name);
  url.pathname = `/${name}`;
  databaseUrl = url.toString();
});

afterEach(async () => {
  await dropDatabase(adminUrl, name);
  await rm(folder, { recursive: true });
});

async function write(migration: string, sql: string): Promise<void> {
  await mkdir(path.join(folder, migration), { recursive: true });
  await writeFile(path.join(folder, migration, "migration.sql"), sql);
}

async function query<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe("migrate", () => {
  it("applies what is missing, in order of name, and nothing twice", async () => {
    await write("2_second", "ALTER TABLE picture ADD COLUMN label TEXT");
    await write("1_first", "CREATE TABLE picture (id INT)");
    expect(await migrate({ databaseUrl, folder })).toEqual(["1_first", "2_second"]);
    await write("3_third", "CREATE TABLE lens (id INT)");
    expect(await migrate({ databaseUrl, folder })).toEqual(["3_third"]);
    expect(await migrate({ databaseUrl, folder })).toEqual([]);
  });

  it("lets one of two racing migrators work while the other waits and finds nothing to do", async () => {
    await write("1_slow", "SELECT pg_sleep(0.5); CREATE TABLE picture (id INT)");
    const applied = await Promise.all([migrate({ databaseUrl, folder }), migrate({ databaseUrl, folder })]);
    expect(applied.flat()).toEqual(["1_slow"]);
    const rows = await query("SELECT migration_name FROM _prisma_migrations");
    expect(rows).toEqual([{ migration_name: "1_slow" }]);
  });

  it("undoes a migration that fails half-way and keeps those before it", async () => {
    await write("1_good", "CREATE TABLE picture (id INT)");
    await write("2_bad", "CREATE TABLE half_done (id INT); SELECT 1 / 0");
    await expect(migrate({ databaseUrl, folder })).rejects.toMatchObject({
      code: "migration_failed",
      message: expect.stringContaining("2_bad"),
    });
    const tables = await query<{ tablename: string }>("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
    expect(tables.map((row) => row.tablename).sort()).toEqual(["_prisma_migrations", "picture"]);

    await write("2_bad", "CREATE TABLE half_done (id INT)");
    expect(await migrate({ databaseUrl, folder })).toEqual(["2_bad"]);
  });

  it("refuses a migration that was changed after it was applied", async () => {
    await write("1_first", "CREATE TABLE picture (id INT)");
    await migrate({ databaseUrl, folder });
    await write("1_first", "CREATE TABLE picture (id BIGINT)");
    await expect(migrate({ databaseUrl, folder })).rejects.toMatchObject({
      code: "migration_changed",
      message: expect.stringContaining("1_first"),
    });
  });

  it("refuses a database that a newer version migrated", async () => {
    await write("1_first", "CREATE TABLE picture (id INT)");
    await migrate({ databaseUrl, folder });
    await rm(path.join(folder, "1_first"), { recursive: true });
    await expect(migrate({ databaseUrl, folder })).rejects.toMatchObject({ code: "database_is_newer" });
  });

  it("leads an empty database through the migrations of this repository", async () => {
    await migrate({ databaseUrl });
    const [table] = await query<{ exists: boolean }>("SELECT to_regclass('public.workspace') IS NOT NULL AS exists");
    expect(table).toEqual({ exists: true });
  });
});
