import type { Run } from "../benchmark";
import { cases } from "./cases";
import { convolutionsOf, nameOf, operationsOf, passes, type ConvolutionWork } from "./convolutions";
import { compared } from "./figures";
import { ourSide, torchSides } from "./sides";
import { takeTurns } from "./turns";

const pace = { rounds: 5, turnSeconds: 0.2 };
/** A step should be this much work, if it takes no more inputs than that. */
const stepOperations = 2e9;
const mostCopies = 8;
const productSide = 3072;

/**
 * Each different convolution of the ResNets that train in cases.ts, its three passes one by one, in GFLOP/s: against
 * PyTorch's, and against the fastest that this machine multiplies matrices, which is what bounds a step.
 */
export async function measureLayers({ wants, threads, flags, emit, note }: Run): Promise<void> {
  const asked = layers().filter(({ name }) => wants(name));
  if (asked.length === 0) return;
  const sides = [ourSide(threads), ...(await torchSides(threads, flags.has("compile"), note))];
  const gigaflops = (name: string, operations: number) => compared(name, "GFLOP/s", "more", ({ seconds }) => operations / seconds / 1e9);

  const product = `matrix product ${productSide}x${productSide}`;
  note(`${product} …`);
  const peakTurns = await takeTurns({ kind: "product", side: productSide }, sides, pace, note);
  const peaks = gigaflops(product, 2 * productSide ** 3).measure(peakTurns);
  peaks.forEach(emit);

  for (const { name, work } of asked) {
    note(`${name} …`);
    const turns = await takeTurns({ kind: "convolution", ...work }, sides, pace, note);
    const lines = gigaflops(name, operationsOf(work) * work.copies).measure(turns);
    lines.forEach(emit);
    emit({ ...lines[0]!, reference: { name: "matrix product here", value: peaks[0]!.value } });
  }
}

function layers(): { name: string; work: ConvolutionWork }[] {
  return cases.flatMap((given) => {
    if (given.mode !== "train" || !("size" in given)) return [];
    return convolutionsOf(given.network, given.stem, given.size, given.batch).flatMap((convolution) => {
      const copies = Math.min(mostCopies, Math.ceil(stepOperations / operationsOf(convolution)));
      return passes.map((pass) => ({ name: `${given.name}: ${nameOf(convolution)} ${pass}`, work: { ...convolution, pass, copies } }));
    });
  });
}
