// `npm test`: installs what is missing without needing any package itself, then hands over to bin/testing/parts.ts.
import { describe } from "./preflight/console.mjs";
import { install, offlineEnvironment } from "./preflight/install.mjs";
import { checkNode } from "./preflight/settings.mjs";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop.abort());

try {
  checkNode(process.versions.node);
  Object.assign(process.env, offlineEnvironment);
  await install({ dev: true, stop: stop.signal });
  const { register } = await import("tsx/esm/api");
  register();
  const { runTests } = await import("./testing/parts.ts");
  process.exitCode = await runTests(process.argv.slice(2), stop.signal);
} catch (error) {
  console.error(describe(error));
  process.exitCode = 1;
}
process.exit();
