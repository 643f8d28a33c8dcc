/**
 * A program for the supervisor's tests: the true lock, leftovers, port check and supervision over fake children given
 * as JSON in FAKE_PLANS: `[{"name", "script", "channel"}]`, each script JavaScript that prints `ready`.
 */
import { describe, say } from "../preflight/console.mjs";
import { own } from "../preflight/own.mjs";
import { readSettings, root } from "../preflight/settings.mjs";
import { type Plan, supervise } from "../supervisor/supervise";

type FakePlan = { name: string; script: string; channel: boolean };

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());
const settings = readSettings(process.env);
const fakes = JSON.parse(process.env.FAKE_PLANS ?? "[]") as FakePlan[];
const plans: Plan[] = fakes.map(({ name, script, channel }) => ({
  kind: "process",
  name,
  label: `${name} started`,
  readyLine: /^ready/,
  stopSignal: "SIGTERM",
  channel,
  prepare: async () => ({ file: process.execPath, args: ["-e", script], cwd: root, env: { ...process.env } }),
}));

try {
  const onReady = () => say(`All ready: ${settings.url}`);
  process.exitCode = await own(settings, () => supervise(plans, { home: settings.home, stop: stop.signal, onReady }));
} catch (error) {
  console.error(describe(error));
  process.exitCode = 1;
}
process.exit();
