import { LatheError } from "#lib/domain/errors";
import { requestAsRoot, type StoreAccess } from "./root-request";
import type { ScrubReport } from "./server/upkeep/scrub";

export type { ScrubReport };

/**
 * Begins a scrub of the embedded store, or joins the one that runs.
 * @throws LatheError `store_unreachable`, `store_scrub_refused`
 */
export async function startScrub(root: StoreAccess): Promise<ScrubReport> {
  return (await ask(root, "POST"))!;
}

/** @returns how far the scrub is that runs or ran last; null when there was none since the store started @throws as above */
export async function scrubReport(root: StoreAccess): Promise<ScrubReport | null> {
  return ask(root, "GET");
}

async function ask(root: StoreAccess, method: string): Promise<ScrubReport | null> {
  const answer = await requestAsRoot(root, method, "/-lathe/scrub");
  if (answer.ok) return JSON.parse(answer.text) as ScrubReport | null;
  throw new LatheError({
    code: "store_scrub_refused",
    message: `The object store at ${new URL(root.endpoint).host} does not scrub: ${answer.message}`,
    nextStep: "Look at the object store's log; if local.json is of an earlier start, start Lathe anew with npm start.",
    status: 502,
  });
}
