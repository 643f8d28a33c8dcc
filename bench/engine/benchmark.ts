import type { Benchmark, Run } from "../benchmark";
import { cases } from "./cases";
import { figuresOf } from "./figures";
import { measureLayers } from "./layers";
import { ourSide, torchSides, wasmSides } from "./sides";
import { takeTurns } from "./turns";

export const engineBenchmark: Benchmark = {
  flags: ["layers", "compile"],
  run: (run) => (run.flags.has("layers") ? measureLayers(run) : measureSteps(run)),
};

const pace = { rounds: 5, turnSeconds: 1.5 };

/** Whole steps of whole networks, against PyTorch and TensorFlow.js' wasm. */
async function measureSteps({ wants, threads, flags, emit, note }: Run): Promise<void> {
  const asked = cases
    .map((given) => ({ given, figures: figuresOf(given).filter(({ name }) => wants(name)) }))
    .filter(({ figures }) => figures.length > 0);
  const ours = ourSide(threads);
  const references = asked.some(({ figures }) => figures.some(({ compared }) => compared))
    ? [...(await torchSides(threads, flags.has("compile"), note)), ...(await wasmSides(threads, note))]
    : [];
  for (const { given, figures } of asked) {
    note(`${given.name} …`);
    const sides = figures.some(({ compared }) => compared) ? [ours, ...references] : [ours];
    const turns = await takeTurns({ kind: "network", ...given }, sides, pace, note);
    for (const figure of figures) figure.measure(turns).forEach(emit);
  }
}
