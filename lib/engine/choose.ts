import { EngineError } from "./engine-error";

/** The best first: an unforced start takes the first that is found. */
export const engineNames = ["onnxruntime:cuda", "onnxruntime:webgpu", "onnxruntime:cpu", "tensorflow", "wasm", "cpu"] as const;
export type EngineName = (typeof engineNames)[number];

const longestWhy = 150;

/** Whether an engine runs here; if not, why (a clause without a full stop) and what a person can do (a sentence). */
export type Finding = { found: true } | { found: false; why: string; nextStep: string };

/** How to look for each engine. `forced` looks harder: a person asked for it, and wants it even if it is not the best. */
export type Finders = Record<Exclude<EngineName, "cpu">, (forced: boolean) => Finding | Promise<Finding>>;

export type Choice = {
  name: EngineName;
  /** why, to follow the name in one line for people */
  why: string;
};

/**
 * Decides which engine to run on.
 *
 * @param asked by the caller or LATHE_ENGINE; empty for the best there is
 * @throws EngineError if `asked` does not exist or does not run here
 */
export async function chooseEngine(asked: string | undefined, finders: Finders): Promise<Choice> {
  if (asked) {
    if (!isEngineName(asked)) {
      throw new EngineError(`There is no engine "${asked}". LATHE_ENGINE may be ${engineNames.map((name) => `"${name}"`).join(", ")}, or unset.`);
    }
    const finding = asked === "cpu" ? ({ found: true } as const) : await finders[asked](true);
    if (!finding.found) {
      throw new EngineError(`The engine ${asked} was asked for, but ${finding.why}. ${finding.nextStep} Or unset LATHE_ENGINE for the best that runs here.`);
    }
    return { name: asked, why: asked === "cpu" ? "as asked: TensorFlow.js in plain JavaScript, slow" : "as asked" };
  }
  const passedOver = new Map<string, EngineName[]>();
  for (const name of engineNames) {
    const finding = name === "cpu" ? ({ found: true } as const) : await finders[name](false);
    if (finding.found) return { name, why: `${praise(name)}${describe(passedOver)}` };
    const why = clip(finding.why);
    passedOver.set(why, [...(passedOver.get(why) ?? []), name]);
  }
  throw new EngineError("No engine was found."); // the last one always is
}

/** Loaders' messages can be long, and this is one line. */
function clip(why: string): string {
  return why.length > longestWhy ? `${why.slice(0, longestWhy - 1)}…` : why;
}

function isEngineName(name: string): name is EngineName {
  return (engineNames as readonly string[]).includes(name);
}

function praise(name: EngineName): string {
  return name === "cpu" ? "TensorFlow.js in plain JavaScript, slow, because nothing better runs here" : "the fastest that runs here";
}

function describe(passedOver: Map<string, EngineName[]>): string {
  if (passedOver.size === 0) return "";
  return ` (${[...passedOver].map(([why, names]) => `${names.map((name) => name.replace("onnxruntime:", "")).join(", ")}: ${why}`).join("; ")})`;
}
