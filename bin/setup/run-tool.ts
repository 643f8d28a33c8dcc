import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { LatheError } from "#lib/domain/errors";
import { root } from "../preflight/settings.mjs";

const KEPT_LINES = 40;
const require = createRequire(import.meta.url);

/** The JavaScript file behind a package's command, as its package.json names it. */
export function toolPath(packageName: string, command: string): string {
  const manifest = path.join(root, "node_modules", packageName, "package.json");
  const { bin } = require(manifest) as { bin: string | Record<string, string> };
  const file = typeof bin === "string" ? bin : bin[command];
  if (!file) throw new Error(`${packageName} has no command ${command}`);
  return path.join(path.dirname(manifest), file);
}

/**
 * Runs a JavaScript tool quietly in the repository's folder; what it said is shown only when it fails.
 * @param stop ends the tool; the promise then resolves
 * @throws LatheError `tool_failed` with its last lines
 */
export async function runTool(
  label: string,
  words: readonly string[],
  options: { env?: Record<string, string>; stop?: AbortSignal } = {},
): Promise<void> {
  const child = spawn(process.execPath, words, {
    cwd: root,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
  const interrupt = () => child.kill("SIGTERM");
  options.stop?.addEventListener("abort", interrupt);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  options.stop?.removeEventListener("abort", interrupt);
  if (code === 0 || options.stop?.aborted) return;
  throw new LatheError({
    code: "tool_failed",
    message: `${label} failed:\n${said.trim().split("\n").slice(-KEPT_LINES).join("\n")}`,
    nextStep: "If you changed the code, put that right. If not, delete .next and prisma/generated and start again.",
    status: 500,
  });
}
