import path from "node:path";
import { openCluster, postgresCommand, POSTGRES_READY, databaseUrl } from "../postgres/cluster";
import { ensureDatabase } from "../postgres/database";
import { placeData } from "../postgres/place";
import { settleStalePostmaster } from "../postgres/stale";
import { say } from "../preflight/console.mjs";
import { root, type Settings, urlOf } from "../preflight/settings.mjs";
import { migrate } from "../setup/migrate";
import type { ProcessPlan, Spawn } from "./child";
import { baseEnvironment, type StoreAccess } from "./environment";
import type { Secrets } from "./kept";
import { reachableAs } from "./reachable-as";
import type { TaskPlan } from "./supervise";

const DATABASE = "lathe";
const STORE_REGION = "us-east-1";
const tsx = import.meta.resolve("tsx");

type OurProgram = { name: string; label: string; entry: string; readyLine: RegExp; env(): Record<string, string> };

/** One of our own TypeScript programs. It ends itself when its IPC channel breaks. */
function ourProgram({ name, label, entry, readyLine, env }: OurProgram): ProcessPlan {
  return {
    kind: "process",
    name,
    label,
    readyLine,
    stopSignal: "SIGTERM",
    channel: true,
    prepare: async (): Promise<Spawn> => ({
      file: process.execPath,
      args: ["--import", tsx, path.join(root, entry)],
      cwd: root,
      env: { ...baseEnvironment(process.env), ...env() },
    }),
  };
}

/** The embedded PostgreSQL, its folder made and where it belongs. */
export async function postgresPlan(
  home: string,
  port: number,
  secrets: Secrets,
): Promise<{ plan: ProcessPlan; databaseUrl: string; adminUrl: string }> {
  const cluster = await openCluster(await placeData(home), { password: secrets.postgresPassword });
  const server = { port, password: secrets.postgresPassword };
  return {
    databaseUrl: databaseUrl(server, DATABASE),
    adminUrl: databaseUrl(server, "postgres"),
    plan: {
      kind: "process",
      name: "postgres",
      label: `PostgreSQL ${cluster.binaries.version.split("-")[0]} started`,
      readyLine: POSTGRES_READY,
      stopSignal: "SIGINT",
      channel: false,
      prepare: async () => {
        const pid = await settleStalePostmaster(cluster.dataDir);
        if (pid !== null) say(`Ended postgres (pid ${pid}), left over in ${cluster.dataDir}.`);
        return postgresCommand(cluster, port);
      },
    },
  };
}

/** @param adminUrl of the embedded server, which has to make the database first; null where it is somebody's own */
export function migratePlan(databaseUrl: string, adminUrl: string | null): TaskPlan {
  return {
    kind: "task",
    name: "migrate",
    label: "Database up to date",
    async work() {
      if (adminUrl) await ensureDatabase(adminUrl, DATABASE);
      for (const name of await migrate({ databaseUrl })) say(`Applied the migration ${name}.`);
    },
  };
}

export function storePlan(settings: Settings, port: number, secrets: Secrets): { plan: ProcessPlan; access: StoreAccess } {
  // Browsers send pictures straight to the store: it must be reachable from wherever web is.
  const names = reachableAs(settings.host);
  const access: StoreAccess = {
    LATHE_S3_EMBEDDED: "1",
    LATHE_S3_ENDPOINT: urlOf(names[0], port),
    LATHE_S3_REGION: STORE_REGION,
    LATHE_S3_ACCESS_KEY_ID: secrets.storeAccessKeyId,
    LATHE_S3_SECRET_ACCESS_KEY: secrets.storeSecretAccessKey,
  };
  const origins = new Set([...names.map((name) => urlOf(name, settings.port)), new URL(settings.publicUrl).origin]);
  const plan = ourProgram({
    name: "store",
    label: "Object store started",
    entry: "storage/server/main.ts",
    readyLine: /^store ready /,
    env: () => ({
      LATHE_STORE_ROOT: path.join(settings.home, "objects"),
      LATHE_STORE_PORT: String(port),
      LATHE_STORE_HOST: settings.host,
      LATHE_STORE_ACCESS_KEY_ID: secrets.storeAccessKeyId,
      LATHE_STORE_SECRET_ACCESS_KEY: secrets.storeSecretAccessKey,
      LATHE_STORE_REGION: STORE_REGION,
      LATHE_STORE_CORS_ORIGINS: [...origins].join(","),
    }),
  });
  return { plan, access };
}

/**
 * @param nextSignInCode asked at every start of web: a code is handed out once, or a restart would make a used one
 * valid again
 */
export function webPlan(
  settings: Settings,
  databaseUrl: string,
  store: StoreAccess,
  secrets: Secrets,
  nextSignInCode: () => string | null,
): ProcessPlan {
  return ourProgram({
    name: "web",
    label: "Web started",
    entry: "app/_server/main.ts",
    readyLine: /^web ready /,
    env: () => {
      const code = nextSignInCode();
      return {
        ...sharedEnvironment(settings, databaseUrl, store),
        LATHE_PORT: String(settings.port),
        LATHE_HOST: settings.host,
        LATHE_URL: settings.publicUrl,
        LATHE_SECRET: secrets.sessionSecret,
        LATHE_RUNNER_TOKEN: secrets.runnerToken,
        LATHE_LOCAL_FILE: path.join(settings.home, "local.json"),
        ...(code === null ? {} : { LATHE_SIGN_IN_CODE: code }),
      };
    },
  });
}

export function runnerPlan(settings: Settings, databaseUrl: string, store: StoreAccess, secrets: Secrets): ProcessPlan {
  return ourProgram({
    name: "runner",
    label: "Runner started",
    entry: "runner/main.ts",
    readyLine: /^runner ready /,
    env: () => ({
      ...sharedEnvironment(settings, databaseUrl, store),
      // The runner is stricter about its sandbox where others than the local user can send it work.
      LATHE_HOST: settings.publicUrl === settings.url ? settings.host : new URL(settings.publicUrl).hostname,
      LATHE_RUNNER_TOKEN: secrets.runnerToken,
    }),
  });
}

function sharedEnvironment(settings: Settings, databaseUrl: string, store: StoreAccess): Record<string, string> {
  const publicStore = process.env.LATHE_S3_PUBLIC_ENDPOINT;
  return {
    DATABASE_URL: databaseUrl,
    LATHE_HOME: settings.home,
    LATHE_URL: settings.url,
    ...store,
    ...(publicStore ? { LATHE_S3_PUBLIC_ENDPOINT: publicStore } : {}),
  };
}
