import { LatheError } from "#lib/domain/errors";
import { readConfig } from "./config";
import { createLog } from "./log";
import { startRunner, type Runner } from "./start";

/**
 * A runner's process. Says `runner ready NAME` on stdout once it is connected to the database and to web. Ends with its
 * parent (IPC channel), and on SIGTERM or SIGINT: then what it held is given to others.
 */
// Children of other accounts read what the runner puts into their folders.
process.umask(0o022);

const log = createLog();
const starting = new AbortController();
let runner: Runner | null = null;
let ending = false;

async function end(why: string): Promise<void> {
  if (ending) return;
  ending = true;
  log.info({ why }, "runner ends");
  starting.abort(new Error(why));
  await runner?.close();
  process.exit(0);
}

process.once("SIGTERM", () => void end("SIGTERM"));
process.once("SIGINT", () => void end("SIGINT"));
if (process.channel) process.once("disconnect", () => void end("the supervisor is gone"));
process.on("unhandledRejection", (err) => log.error({ err }, "a promise was rejected and nobody looked"));

try {
  const config = readConfig(process.env);
  const started = await startRunner(config, process.env, log, starting.signal);
  runner = started;
  if (ending) await started.close();
  else console.log(`runner ready ${config.name}`);
} catch (error) {
  if (!ending) {
    console.error(`runner cannot start: ${error instanceof LatheError ? `${error.message} ${error.nextStep}` : String(error)}`);
    log.debug({ err: error }, "start failed");
  }
  process.exit(ending ? 0 : 1);
}
