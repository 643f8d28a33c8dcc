import { readFileSync } from "node:fs";
import path from "node:path";
import { LatheError } from "#lib/domain/errors";
import { ApiError, createClient, type Client } from "#lib/sdk/client";
import type { StoreAccess } from "#storage/root-request";

export type Connection = { url: string; token: string; client: Client };

/**
 * The server to talk to: LATHE_URL and LATHE_TOKEN, else what a start on this machine left in local.json.
 * @throws LatheError `not_connected`
 */
export function connect(env: NodeJS.ProcessEnv = process.env): Connection {
  const local = env.LATHE_URL && env.LATHE_TOKEN ? null : readLocal(env);
  const url = (env.LATHE_URL ?? local?.url)?.replace(/\/+$/, "");
  const token = env.LATHE_TOKEN ?? local?.token;
  if (!url || !token) {
    throw new LatheError({
      code: "not_connected",
      message: `No Lathe to talk to: neither LATHE_URL and LATHE_TOKEN nor ${localFile(env)} is there.`,
      nextStep: "Start Lathe with npm start, or set both.",
    });
  }
  const client = createClient({ baseUrl: url, token, workspace: env.LATHE_WORKSPACE });
  return { url, token, client: sayingHowToStart(client, url) };
}

/**
 * The object store that came with the Lathe started on this machine, with its root key.
 * @throws LatheError `not_connected`, `store_not_embedded`
 */
export function connectStore(env: NodeJS.ProcessEnv = process.env): StoreAccess {
  const store = env.LATHE_S3_ENDPOINT ? { endpoint: env.LATHE_S3_ENDPOINT, embedded: false } : readLocal(env)?.s3;
  if (!store) {
    throw new LatheError({ code: "not_connected", message: `No object store to talk to: ${localFile(env)} does not name one.`, nextStep: "Start Lathe with npm start, and run this on the same machine." });
  }
  if (!("accessKeyId" in store && store.embedded)) {
    throw new LatheError({
      code: "store_not_embedded",
      message: `The object store at ${store.endpoint} is one of your own, not the one that comes with Lathe.`,
      nextStep: "Let it check its objects by its own means.",
    });
  }
  return store;
}

function localFile(env: NodeJS.ProcessEnv): string {
  const home = env.LATHE_HOME ?? path.resolve(import.meta.dirname, "../../.lathe");
  return path.join(home, "local.json");
}

type Local = { url?: string; token?: string; s3?: StoreAccess & { embedded: boolean } };

function readLocal(env: NodeJS.ProcessEnv): Local | null {
  try {
    return JSON.parse(readFileSync(localFile(env), "utf8")) as Local;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new LatheError({
      code: "local_file_unreadable",
      message: `${localFile(env)} cannot be read: ${(error as Error).message}.`,
      nextStep: "Run as the user that started Lathe, or set LATHE_URL and LATHE_TOKEN.",
      cause: error,
    });
  }
}

function sayingHowToStart(client: Client, url: string): Client {
  const translate = (error: unknown): never => {
    if (error instanceof ApiError && error.status === 0) {
      throw new ApiError("server_unreachable", `Lathe does not answer at ${url}.`, "Start it with npm start, or set LATHE_URL.", 0, { cause: error });
    }
    throw error;
  };
  return {
    call: (...args) => client.call(...args).catch(translate),
    predict: (...args) => client.predict(...args).catch(translate),
  };
}
