import type { Plan } from "./plan";
import type { Provider } from "./providers/provider";
import { sizeOf } from "./shapes";
import type { Trace } from "./trace";
import { weightLeaves, Weights } from "./weights";

/** Compiles a trace, the leaves given as constants. */
export type Build = (trace: Trace, constants: ReadonlySet<number>) => Plan;

/** They are copied several times on their way into a session. ResNet-152 has 240 MB. */
const mostFrozenBytes = 2 ** 28;
/** Two dense layers have as many. A program that multiplies matrices has fewer, and they are data. */
const leastFrozenLeaves = 4;
/** After weights have changed, so many runs with the same ones make it worth to compile them in again. */
const leastSteadyRuns = 16;

/**
 * The plans of one structure: a frozen one with the weights inside, which predicts faster, and an open one that takes
 * them as inputs. A structure begins frozen; whose weights change is opened until they stay the same for long. Counts
 * decide, no clock: the same program takes the same path, bit by bit.
 */
export class PlanPair {
  #open: Plan | null = null;
  #frozen: { plan: Plan; weights: Weights } | null = null;
  #latest: Weights | null = null;
  #steadyRuns = 0;
  #runs = 0;
  #changed = false;

  constructor(
    readonly provider: Provider,
    readonly build: Build,
  ) {}

  get estimatedBytes(): number {
    return (this.#open?.estimatedBytes ?? 0) + (this.#frozen?.plan.estimatedBytes ?? 0);
  }

  /** how often a plan was asked for */
  get runs(): number {
    return this.#runs;
  }

  /** The plan to run this trace by, compiled if need be. */
  for(trace: Trace): Plan {
    this.#runs++;
    if (this.#frozen?.weights.areThoseOf(trace)) return this.#frozen.plan;
    if (this.#frozen) {
      this.#frozen.plan.dispose();
      this.#frozen = null;
      this.#changed = true;
    }
    const leaves = this.provider.foldsConstants ? weightLeaves(trace) : [];
    const bytes = leaves.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
    if (leaves.length >= leastFrozenLeaves && bytes <= mostFrozenBytes && this.#areSteady(trace)) {
      this.#frozen = { plan: this.build(trace, new Set(leaves.map(({ index }) => index))), weights: new Weights(leaves) };
      return this.#frozen.plan;
    }
    this.#open ??= this.build(trace, new Set());
    return this.#open;
  }

  #areSteady(trace: Trace): boolean {
    if (!this.#latest?.areThoseOf(trace)) {
      this.#latest = new Weights(weightLeaves(trace));
      this.#steadyRuns = 0;
    }
    this.#steadyRuns++;
    return !this.#changed || this.#steadyRuns > leastSteadyRuns;
  }

  dispose(): void {
    this.#open?.dispose();
    this.#frozen?.plan.dispose();
  }
}
