import { rm } from "node:fs/promises";
import { startLathe } from "../bin/testing/lathe";
import type { RunningLathe } from "./lathe";

/** Starts the whole of Lathe as a person does, for all journeys; hands back what stops it. */
export default async function start(): Promise<() => Promise<void>> {
  const running = await startLathe();
  const { url, token, home, signInUrl } = running;
  process.env.LATHE_E2E = JSON.stringify({ url, token, home, signInUrl } satisfies RunningLathe);
  return async () => {
    const code = await running.stop();
    if (code !== 0) throw new Error(`Lathe ended with ${code} when it was told to stop.\n${running.lines.slice(-30).join("\n")}`);
    await rm(home, { recursive: true, force: true });
  };
}
