// `npm start`. Plain JavaScript without dependencies up to the point where they are installed; then it becomes the
// supervisor, in this same process, so that signals and the exit code need no passing on.
import { describe } from "./preflight/console.mjs";
import { install, offlineEnvironment } from "./preflight/install.mjs";
import { own } from "./preflight/own.mjs";
import { checkNode, readSettings } from "./preflight/settings.mjs";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop.abort());

try {
  checkNode(process.versions.node);
  const settings = readSettings(process.env);
  process.exitCode = await own(settings, async () => {
    Object.assign(process.env, offlineEnvironment);
    await install({ dev: false, stop: stop.signal });
    if (stop.signal.aborted) return 0;
    const { register } = await import("tsx/esm/api");
    register();
    const { run } = await import("./supervisor/main.ts");
    return run({ settings, stop: stop.signal });
  });
} catch (error) {
  console.error(describe(error));
  process.exitCode = 1;
}
// Whatever else still holds the event loop (a keep-alive connection, say) has no say in when we end.
process.exit();
