import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { databaseUrl, openCluster } from "../postgres/cluster";
import { ensureDatabase } from "../postgres/database";
import { placeData } from "../postgres/place";
import { startPostgres } from "../postgres/server";
import { migrate } from "../setup/migrate";
import { freePort } from "./free-port";

/** A PostgreSQL of a test's own, migrated, that can go away and come back at the same address. */
export type TestPostgres = {
  url: string;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stopped for good, its data removed. */
  remove(): Promise<void>;
};

export async function startTestPostgres(): Promise<TestPostgres> {
  const home = await mkdtemp(path.join(tmpdir(), "lathe-pg-"));
  await chmod(home, 0o711);
  const password = randomBytes(16).toString("hex");
  const cluster = await openCluster(await placeData(home), { password, durable: false });
  const port = await freePort();
  let server: Awaited<ReturnType<typeof startPostgres>> | null = await startPostgres(cluster, port);
  const url = databaseUrl({ port, password }, "lathe");
  await ensureDatabase(databaseUrl({ port, password }, "postgres"), "lathe");
  await migrate({ databaseUrl: url });
  const stop = async () => {
    await server?.stop();
    server = null;
  };
  return {
    url,
    stop,
    async start() {
      server ??= await startPostgres(cluster, port);
    },
    async remove() {
      await stop();
      await rm(home, { recursive: true });
    },
  };
}
