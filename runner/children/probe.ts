import { startEngine } from "#lib/engine/index";
import type { ChildContext, Ended } from "./context";

/** Which engine there is inside the sandbox. */
export async function probe(context: ChildContext): Promise<Ended> {
  const { name, reason } = await startEngine({ threads: context.threads });
  await context.send({ type: "ready", engine: { name, reason } });
  return { type: "ended", reason: "completed", error: null, model: null };
}
