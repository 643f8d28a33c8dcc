import type { ServerResponse } from "node:http";
import { pingDatabase } from "#lib/data/ping-database";
import { artifactsBucket } from "#storage/keys";
import { sendJson } from "./respond";
import type { Services } from "./services";

const patienceMs = 4_000;

/** GET /readyz: can this process answer, which needs PostgreSQL and the object store? */
export async function handleReady({ db, store }: Pick<Services, "db" | "store">, response: ServerResponse): Promise<void> {
  const [database, objects] = await Promise.all([answers(pingDatabase(db)), answers(store.bucketExists(artifactsBucket))]);
  sendJson(response, database && objects ? 200 : 503, { ready: database && objects, database, store: objects });
}

async function answers(asked: Promise<unknown>): Promise<boolean> {
  const late = new Promise<boolean>((resolve) => setTimeout(resolve, patienceMs, false).unref());
  return Promise.race([asked.then((answer) => answer !== false, () => false), late]);
}
