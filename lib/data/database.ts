import { PrismaPg } from "@prisma/adapter-pg";
import { Prisma, PrismaClient } from "#prisma/client";
import pg from "pg";

export type Database = PrismaClient;
/** A database or an open transaction: verbs of one statement take either. */
export type Queries = PrismaClient | Prisma.TransactionClient;

export type DatabaseOptions = {
  /** connections at most; default 10 */
  maxConnections?: number;
  /** an idle connection broke: PostgreSQL went away. The pool makes a new one when it is next asked. */
  onConnectionLost?: (error: Error) => void;
};

/**
 * Connects lazily and again after PostgreSQL was away. The caller ends it with `closeDatabase`.
 * @param url postgresql://…
 */
export function createDatabase(url: string, options: DatabaseOptions = {}): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: 5_000,
    application_name: "lathe",
  });
  const lost = options.onConnectionLost ?? (() => {});
  // Without a listener node would end the process when PostgreSQL restarts.
  const adapter = new PrismaPg(pool, { disposeExternalPool: true, onPoolError: lost, onConnectionError: lost });
  return new PrismaClient({ adapter, errorFormat: "minimal" });
}

export async function closeDatabase(db: Database): Promise<void> {
  await db.$disconnect();
}

/** A value for a Json column; `null` and `undefined` become SQL's NULL. */
export function jsonOrNull(value: unknown): Prisma.InputJsonValue | typeof Prisma.DbNull {
  return value === null || value === undefined ? Prisma.DbNull : (value as Prisma.InputJsonValue);
}

export function json(value: unknown): Prisma.InputJsonValue {
  return value as Prisma.InputJsonValue;
}

/** For transactions that write many rows; Prisma's own default is 5 s. */
export const longTransaction = { maxWait: 10_000, timeout: 10 * 60_000 };
