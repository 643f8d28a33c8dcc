import type { Finding } from "../choose";

/** WebAssembly is part of Node, unless it was told to do without. */
export function findWasm(): Finding {
  if (typeof WebAssembly === "object") return { found: true };
  return { found: false, why: "this Node runs without WebAssembly", nextStep: "Start Node without --jitless." };
}
