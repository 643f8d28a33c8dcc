import { readFileSync } from "node:fs";
import path from "node:path";
import { LatheError } from "#lib/domain/errors";
import { ApiError, createClient, type Client } from "#lib/sdk/client";

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

function localFile(env: NodeJS.ProcessEnv): string {
  const home = env.LATHE_HOME ?? path.resolve(import.meta.dirname, "../../.lathe");
  return path.join(home, "local.json");
}

function readLocal(env: NodeJS.ProcessEnv): { url?: string; token?: string } | null {
  try {
    return JSON.parse(readFileSync(localFile(env), "utf8")) as { url?: string; token?: string };
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
