import { createRequire } from "node:module";

/** As much of a spec's outcome as is looked at here. */
export type SpecResult = {
  fullName: string;
  /** "excluded": left out by the filter; "pending": left out by the suite itself */
  status: "passed" | "failed" | "excluded" | "pending";
  failedExpectations: readonly Failure[];
};
export type Failure = { message: string; stack?: string };

type Reporter = {
  specDone?(result: SpecResult): void;
  suiteDone?(result: Pick<SpecResult, "fullName" | "failedExpectations">): void;
  jasmineDone?(result: Pick<SpecResult, "failedExpectations">): void;
};

type Runner = {
  exitOnCompletion: boolean;
  env: { configure(options: { random: boolean; specFilter: (spec: { getFullName(): string }) => boolean }): void };
  clearReporters(): void;
  addReporter(reporter: Reporter): void;
  execute(files: readonly string[]): Promise<unknown>;
};

/** A jasmine that prints nothing and runs what the filter lets through in the order of its declaration. */
export function quietRunner(reporter: Reporter, runs: (fullName: string) => boolean): Runner {
  // Required and described here: the package has no types, and those of others declare globals for every file.
  const Jasmine = createRequire(import.meta.url)("jasmine") as new () => Runner;
  const runner = new Jasmine();
  runner.exitOnCompletion = false;
  runner.env.configure({ random: false, specFilter: (spec) => runs(spec.getFullName()) });
  runner.clearReporters();
  runner.addReporter(reporter);
  return runner;
}
