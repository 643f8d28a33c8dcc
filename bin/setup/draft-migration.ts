/**
 * Drafts the next migration's SQL from prisma/schema.prisma, offline:
 *
 *   npm run migration -- NAME        a new migration
 *   npm run migration -- --redraft   the newest one again, in place; only while nobody has applied it
 *
 * Each migration keeps the schema it leads to beside its SQL, so the next one knows where it starts.
 */
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { schemaDiff } from "./schema-diff";

const root = path.resolve(import.meta.dirname, "../..");
const folder = path.join(root, "prisma/migrations");

async function existing(): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort();
}

function stampOf(date: Date): string {
  return date.toISOString().replaceAll(/\D/g, "").slice(0, 14);
}

async function main(words: string[]): Promise<number> {
  const [word] = words;
  const redraft = word === "--redraft";
  if (words.length !== 1 || !word || (!redraft && !/^[a-z][a-z0-9_]*$/.test(word))) {
    console.error("Usage: npm run migration -- NAME (lower case, digits, _) or npm run migration -- --redraft");
    return 2;
  }
  await mkdir(folder, { recursive: true });
  const migrations = await existing();
  const target = redraft ? migrations.pop() : `${stampOf(new Date())}_${word}`;
  if (!target) {
    console.error("There is no migration to draft again. Give the new one a name: npm run migration -- NAME");
    return 1;
  }
  const previous = migrations.at(-1);
  const before = previous ? await readFile(path.join(folder, previous, "schema.prisma"), "utf8") : null;
  const after = await readFile(path.join(root, "prisma/schema.prisma"), "utf8");
  const sql = await schemaDiff(before, after);
  if (sql === "") {
    console.log(`prisma/schema.prisma says what ${previous} already leads to; nothing to do.`);
    return 0;
  }
  await mkdir(path.join(folder, target), { recursive: true });
  await writeFile(path.join(folder, target, "migration.sql"), sql);
  await writeFile(path.join(folder, target, "schema.prisma"), after);
  await writeFile(path.join(folder, "migration_lock.toml"), 'provider = "postgresql"\n');
  console.log(`Drafted prisma/migrations/${target}/migration.sql. Read it, then commit it with its schema.prisma.`);
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
