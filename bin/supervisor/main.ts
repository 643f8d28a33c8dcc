import { randomBytes } from "node:crypto";
import { checkExternalDatabase } from "../postgres/external";
import { say, step } from "../preflight/console.mjs";
import type { Settings } from "../preflight/settings.mjs";
import { prepare } from "../setup/prepare";
import { externalStore } from "./environment";
import { keptPorts, keptSecrets } from "./kept";
import { migratePlan, postgresPlan, runnerPlan, storePlan, webPlan } from "./plans";
import { type Plan, supervise } from "./supervise";

const SIGN_IN_CODE_BYTES = 24;

/**
 * `npm start` from where everything is installed: prepares what is stale, then owns PostgreSQL, the object store, web
 * and one runner until `stop`.
 * @returns the exit code
 */
export async function run({ settings, stop }: { settings: Settings; stop: AbortSignal }): Promise<0 | 1> {
  const ownStore = externalStore(process.env);
  const ownDatabaseUrl = process.env.DATABASE_URL;
  if (ownDatabaseUrl) say(`Using your PostgreSQL ${await checkExternalDatabase(ownDatabaseUrl)} (DATABASE_URL).`);
  if (ownStore) say(`Using your object store at ${new URL(ownStore.LATHE_S3_ENDPOINT).host}.`);

  await prepare(stop);
  if (stop.aborted) return 0;

  const secrets = await keptSecrets(settings.home);
  const ports = await keptPorts(settings.home, settings.port, settings.host);
  const plans: Plan[] = [];

  let databaseUrl = ownDatabaseUrl;
  let adminUrl: string | null = null;
  if (!databaseUrl) {
    const postgres = await step("Database folder ready", () => postgresPlan(settings.home, ports.postgres, secrets));
    plans.push(postgres.plan);
    ({ databaseUrl, adminUrl } = postgres);
  }
  plans.push(migratePlan(databaseUrl, adminUrl));

  let store = ownStore;
  if (!store) {
    const embedded = storePlan(settings, ports.store, secrets);
    plans.push(embedded.plan);
    store = embedded.access;
  }

  const signInCode = randomBytes(SIGN_IN_CODE_BYTES).toString("base64url");
  let started = false;
  plans.push(
    webPlan(settings, databaseUrl, store, secrets, () => (started ? null : signInCode)),
    runnerPlan(settings, databaseUrl, store, secrets),
  );

  const exitCode = await supervise(plans, {
    home: settings.home,
    stop,
    onReady: () => {
      started = true;
      say(`Sign in: ${settings.publicUrl}/sign-in/link?code=${signInCode}  (one time, valid 1 hour)`);
      say(`Lathe is ready: ${settings.url}`);
    },
  });
  if (exitCode === 0) say("Lathe has stopped.");
  return exitCode;
}
