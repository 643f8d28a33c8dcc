import type { Exclusion } from "./exclusions";
import type { Failure, SpecResult } from "./jasmine";

/** What a run came to; `bin/testing/tally.ts` reads it. */
export type ConformanceReport = {
  passed: number;
  failed: number;
  excluded: number;
  /** those that the suite itself leaves out */
  pending: number;
  failures: readonly { name: string; messages: readonly string[] }[];
};

/** Counts specs as they end, and finds what must not be: failures, and exclusions that exclude nothing. */
export class Conformance {
  readonly #exclusions: Set<string>;
  readonly #declared = new Set<string>();
  readonly #failures: { name: string; messages: string[] }[] = [];
  readonly #counts = { passed: 0, pending: 0, excluded: 0 };

  /** @param wanted part of the names of those that shall run; empty for all */
  constructor(
    exclusions: readonly Exclusion[],
    readonly wanted: string,
  ) {
    this.#exclusions = new Set(exclusions.map(({ name }) => name));
  }

  /** Whether a spec runs. Asked once for each that is declared. */
  runs(name: string): boolean {
    this.#declared.add(name);
    if (!this.#exclusions.has(name)) return name.includes(this.wanted);
    this.#counts.excluded++;
    return false;
  }

  specDone({ fullName, status, failedExpectations }: SpecResult): void {
    if (status === "failed") this.fail(fullName, failedExpectations);
    else if (status !== "excluded") this.#counts[status]++;
  }

  /** For what goes wrong outside of a spec, too: in a suite's preparation, or while a file loads. */
  fail(name: string, failures: readonly Failure[]): void {
    if (failures.length > 0) this.#failures.push({ name, messages: failures.map(describeFailure) });
  }

  report(): ConformanceReport {
    const stale = [...this.#exclusions].filter((name) => !this.#declared.has(name));
    const failures = [
      ...this.#failures,
      ...stale.map((name) => ({ name, messages: ["It is excluded, but the suite has no such spec: mend or remove its line in exclusions.ts."] })),
    ];
    if (this.#counts.passed + failures.length === 0) failures.push({ name: "the suite", messages: [`No spec ran${this.wanted && ` whose name contains "${this.wanted}"`}.`] });
    return { ...this.#counts, failed: failures.length, failures };
  }
}

const mostFrames = 6;

function describeFailure({ message, stack = "" }: Failure): string {
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line) && !/jasmine-core|<Jasmine>/.test(line));
  return [message, ...frames.slice(0, mostFrames)].join("\n");
}
