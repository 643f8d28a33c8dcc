import { fileURLToPath } from "node:url";
import { OnnxGraph } from "../onnx-graph";
import { askChild, type Answer } from "./ask-child";
import type { Provider } from "./provider";

/** How long one run took on each provider, ms; or why it could not be measured, a clause. */
export type Probe = Answer<{ ms: number[] }>;

const program = fileURLToPath(new URL("probe-child.mjs", import.meta.url));

/**
 * Opens a session on each provider in a child process and multiplies matrices there.
 *
 * @param side of the matrices
 * @param products how many, one after the other
 */
export async function probeProviders(tried: readonly Provider[], { side, products }: { side: number; products: number }): Promise<Probe> {
  const args = [String(side), ...tried.map(({ sessionProviders }) => JSON.stringify(sessionProviders))];
  const probe = await askChild<{ ms: number[] }>(program, args, productModel(side, products));
  return "error" in probe ? { error: shorten(probe.error) } : probe;
}

/** x · x · … · x, with x [side, side]. */
function productModel(side: number, products: number): Uint8Array {
  const graph = new OnnxGraph();
  const x = graph.input("in", "float32", [side, side]);
  let value = x;
  for (let i = 0; i < products; i++) value = graph.add("MatMul", [value, x]);
  graph.output(value, "out", "float32", [side, side]);
  return graph.encode();
}

/** ONNX Runtime's messages start with where in its source they come from. */
function shorten(message: string): string {
  return message.split("\n", 1)[0]!.replace(/^.*\bwas false\. /, "").replace(/\.$/, "");
}
