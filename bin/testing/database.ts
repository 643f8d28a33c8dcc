import { randomBytes } from "node:crypto";
import { cloneDatabase, dropDatabase } from "../postgres/database";

export const TEMPLATE_VARIABLE = "LATHE_TEST_DATABASE_URL";
export const TEMPLATE_DATABASE = "template_lathe";

function urlOf(database: string): string {
  const template = process.env[TEMPLATE_VARIABLE];
  if (!template) throw new Error("No test database: run this under vitest's project `integration`.");
  const url = new URL(template);
  url.pathname = `/${database}`;
  return url.toString();
}

/** A database of a test's own, already migrated. It goes with the test run even if `drop` is never called. */
export type TestDatabase = {
  url: string;
  /** Ends sessions still open on it. */
  drop(): Promise<void>;
};

export async function createTestDatabase(): Promise<TestDatabase> {
  const admin = urlOf("postgres");
  const name = `test_${randomBytes(6).toString("hex")}`;
  await cloneDatabase(admin, name, TEMPLATE_DATABASE);
  return { url: urlOf(name), drop: () => dropDatabase(admin, name) };
}
