import { artifactsBucket } from "#storage/keys";
import type { Services } from "./services";

/**
 * Removes what Lathe made for something that is gone. A failure is logged, not thrown: the thing itself is gone, and what
 * stays is out of reach.
 */
export async function removeArtifacts({ store, log }: Pick<Services, "store" | "log">, prefixes: string[]): Promise<void> {
  async function* keys() {
    for (const prefix of prefixes) for await (const { key } of store.list(artifactsBucket, { prefix })) yield key;
  }
  try {
    const failures = await store.deleteMany(artifactsBucket, keys());
    if (failures.length > 0) log.warn({ failures: failures.slice(0, 5), count: failures.length }, "some artifacts could not be deleted");
  } catch (err) {
    log.warn({ err, prefixes }, "artifacts could not be deleted");
  }
}
