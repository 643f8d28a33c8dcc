import { say } from "./console.mjs";
import { endLeftovers } from "./leftovers.mjs";
import { takeLock } from "./lock.mjs";
import { checkPort } from "./port.mjs";

/**
 * Does the work as the one supervisor of its home, on a port that is free, with nothing left of an earlier one.
 * @template T
 * @param {import("./settings.mjs").Settings} settings
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function own(settings, work) {
  const lock = takeLock(settings);
  try {
    for (const { name, pid } of await endLeftovers(settings.home))
      say(`Ended ${name} (pid ${pid}), left over from a start that was killed.`);
    await checkPort(settings);
    return await work();
  } finally {
    lock.release();
  }
}
