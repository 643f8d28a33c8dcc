import { spawn } from "node:child_process";

export type Answer<T> = T | { error: string };

/**
 * Runs a plain JavaScript program that prints one line of JSON: what a native library does to its process, it does not
 * do to this one.
 *
 * @returns what it printed; or why there is nothing, a clause
 */
export async function askChild<T>(program: string, args: readonly string[], input: Uint8Array | "", mostMs = 20_000): Promise<Answer<T>> {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ["pipe", "pipe", "ignore"],
    timeout: mostMs,
    killSignal: "SIGKILL",
    // The loaders of this process (TypeScript, aliases) are not for that one.
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  const answer: Buffer[] = [];
  child.stdout.on("data", (bytes: Buffer) => answer.push(bytes));
  child.stdin.on("error", () => {}); // it may end before it has read
  child.stdin.end(input);
  const { code, signal } = await new Promise<{ code: number | string | null; signal: string | null }>((resolve) => {
    child.once("error", (cause) => resolve({ code: cause.message, signal: null }));
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  const said = Buffer.concat(answer).toString().trim().split("\n").at(-1);
  if (said?.startsWith("{")) return JSON.parse(said) as Answer<T>;
  if (signal === "SIGKILL") return { error: `trying it took more than ${mostMs / 1000} s` };
  return { error: `trying it ended the process that tried (${signal ?? code})` };
}
