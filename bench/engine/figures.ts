import type { Measurement } from "../measurement";
import type { Case } from "./cases";
import type { Turns } from "./turns";

/** What the engine promises of every training step, whatever PyTorch does. */
export const bars = { overheadMs: 10, compileSeconds: 2 };

export type Figure = {
  name: string;
  /** whether the references are needed for it */
  compared: boolean;
  /** @param turns ours first */
  measure: (turns: readonly Turns[]) => Measurement[];
};

/** The lines of a case: its speed; of training also memory and compilation, and of ResNet-18 what recording a step costs. */
export function figuresOf(given: Case): Figure[] {
  const speed = compared(given.name, unitOf(given), "more", ({ seconds }) => given.batch / seconds);
  if (given.mode === "predict") return [speed];
  const figures = [
    speed,
    compared(`${given.name}: peak memory`, "MiB", "less", ({ peakBytes }) => peakBytes && peakBytes / 2 ** 20),
    barred(`${given.name}: compile`, "s", bars.compileSeconds, ({ buildMs }) => buildMs && buildMs / 1000),
  ];
  if (given.network === "resnet18") figures.push(barred(`${given.name}: trace overhead`, "ms", bars.overheadMs, ({ outsideMs }) => outsideMs));
  return figures;
}

function unitOf({ network }: Case): string {
  if (network === "mlp") return "rows/s";
  return network === "lstm" ? "sequences/s" : "images/s";
}

/** A line for each reference, or one alone if there is none; none where the system does not tell our value. */
export function compared(name: string, unit: string, better: Measurement["better"], valueOf: (turns: Turns) => number | null): Figure {
  const measure: Figure["measure"] = ([ours, ...others]) => {
    const value = ours && valueOf(ours);
    if (value == null) return [];
    const references = others.flatMap((turns) => {
      const theirs = valueOf(turns);
      return theirs === null ? [] : [{ name: turns.side.name, value: theirs }];
    });
    return (references.length > 0 ? references : [null]).map((reference) => ({ case: name, value, unit, better, reference }));
  };
  return { name, compared: true, measure };
}

/** A line against a number that it should stay below. */
function barred(name: string, unit: string, bar: number, valueOf: (turns: Turns) => number | null): Figure {
  const measure: Figure["measure"] = ([ours]) => {
    const value = ours && valueOf(ours);
    return value == null ? [] : [{ case: name, value, unit, better: "less", reference: { name: "bar", value: bar } }];
  };
  return { name, compared: false, measure };
}
