import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { databaseUrl, openCluster } from "../postgres/cluster";
import { ensureDatabase } from "../postgres/database";
import { placeData } from "../postgres/place";
import { startPostgres } from "../postgres/server";
import { migrate } from "../setup/migrate";
import { TEMPLATE_DATABASE, TEMPLATE_VARIABLE } from "./database";
import { freePort } from "./free-port";
import { startTestStore } from "./store";

/** vitest's globalSetup: one PostgreSQL and one object store for the whole run, told to the tests by environment. */
export default async function setup(): Promise<() => Promise<void>> {
  const home = await mkdtemp(path.join(tmpdir(), "lathe-test-"));
  // Root's PostgreSQL runs as another user, who must get through to the data.
  await chmod(home, 0o711);
  const password = randomBytes(16).toString("hex");
  const cluster = await openCluster(await placeData(home), { password, durable: false });
  const postgres = await startPostgres(cluster, await freePort());
  const url = (database: string) => databaseUrl({ port: postgres.port, password }, database);
  await ensureDatabase(url("postgres"), TEMPLATE_DATABASE);
  await migrate({ databaseUrl: url(TEMPLATE_DATABASE) });
  process.env[TEMPLATE_VARIABLE] = url(TEMPLATE_DATABASE);
  const store = await startTestStore(path.join(home, "objects"));

  return async () => {
    await store.close();
    await postgres.stop();
    await rm(home, { recursive: true });
  };
}
