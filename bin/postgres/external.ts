import pg from "pg";
import { LatheError } from "#lib/domain/errors";

const OLDEST_VERSION = 13;
const CONNECT_MS = 10_000;

/** Where a database is, without who may enter it. */
function withoutPassword(databaseUrl: string): string {
  try {
    const { hostname, port, pathname } = new URL(databaseUrl);
    return `${hostname}:${port || 5432}${pathname}`;
  } catch {
    return "(not a URL)";
  }
}

/**
 * Checks that DATABASE_URL leads to a PostgreSQL that Lathe can live in.
 * @returns its version, as `18.4`
 * @throws LatheError `database_unreachable`, `database_too_old`
 */
export async function checkExternalDatabase(databaseUrl: string): Promise<string> {
  const where = withoutPassword(databaseUrl);
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: CONNECT_MS });
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ number: number; name: string }>(
      "SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS name",
    );
    const version = rows[0];
    if (!version || version.number < OLDEST_VERSION * 10_000)
      throw new LatheError({
        code: "database_too_old",
        message: `DATABASE_URL leads to PostgreSQL ${version?.name} at ${where}; Lathe needs ${OLDEST_VERSION} or later.`,
        nextStep: "Upgrade it, or leave DATABASE_URL away to use the PostgreSQL that comes with Lathe.",
        status: 500,
      });
    return version.name;
  } catch (cause) {
    if (cause instanceof LatheError) throw cause;
    throw new LatheError({
      code: "database_unreachable",
      message: `DATABASE_URL leads to ${where}, but it cannot be used: ${cause instanceof Error ? cause.message : cause}.`,
      nextStep: "Start that PostgreSQL or put the URL right, or leave DATABASE_URL away to use the one that comes with Lathe.",
      status: 500,
      cause,
    });
  } finally {
    await client.end().catch(() => {});
  }
}
