import { LatheError } from "#lib/domain/errors";
import { isDatabaseUnreachable } from "#lib/data/database-error";
import { readConfig } from "./config";
import { createLog } from "./log";
import { startWeb, type Web } from "./web";

/**
 * web's process. Says `web ready http://…` on stdout once it answers. Ends with its parent (IPC channel), and on SIGTERM
 * or SIGINT after the requests under way have been answered.
 */
const log = createLog();
let web: Web | null = null;
let ending = false;

async function end(why: string): Promise<never> {
  if (ending) return new Promise(() => {});
  ending = true;
  log.info({ why }, "web ends");
  await web?.close();
  process.exit(0);
}

process.once("SIGTERM", () => void end("SIGTERM"));
process.once("SIGINT", () => void end("SIGINT"));
if (process.channel) process.once("disconnect", () => void end("the supervisor is gone"));
process.on("unhandledRejection", (err) => log.error({ err }, "a promise was rejected and nobody looked"));

try {
  const config = readConfig(process.env);
  const started = await startWeb(config, log);
  web = started;
  if (ending) await started.close();
  else console.log(`web ready ${started.url}`);
} catch (error) {
  if (!ending) {
    console.error(`web cannot start: ${sentence(error)}`);
    log.debug({ err: error }, "start failed");
  }
  process.exit(ending ? 0 : 1);
}

/** One line for the person at the terminal. */
function sentence(error: unknown): string {
  if (error instanceof LatheError) return `${error.message} ${error.nextStep}`;
  if (isDatabaseUnreachable(error)) return "PostgreSQL at DATABASE_URL cannot be reached. Look whether it runs and the address is right.";
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
