import { describe, expect, it } from "vitest";
import { Conformance } from "./conformance";
import type { SpecResult } from "./jasmine";

function outcome(fullName: string, status: SpecResult["status"], ...messages: string[]): SpecResult {
  return { fullName, status, failedExpectations: messages.map((message) => ({ message })) };
}

describe("a conformance run", () => {
  it("counts what passed, failed and was left out", () => {
    const run = new Conformance([{ name: "c", reason: "tests WebGL" }], "");
    expect(["a", "b", "c", "d"].map((name) => run.runs(name))).toEqual([true, true, false, true]);
    for (const result of [outcome("a", "passed"), outcome("b", "failed", "3 is not 4"), outcome("c", "excluded"), outcome("d", "pending")]) run.specDone(result);
    expect(run.report()).toEqual({ passed: 1, failed: 1, excluded: 1, pending: 1, failures: [{ name: "b", messages: ["3 is not 4"] }] });
  });

  it("fails when an exclusion excludes nothing", () => {
    const run = new Conformance([{ name: "renamed", reason: "tests WebGL" }], "");
    run.runs("a");
    run.specDone(outcome("a", "passed"));
    expect(run.report()).toMatchObject({ passed: 1, failed: 1, excluded: 0, failures: [{ name: "renamed" }] });
  });

  it("fails when something breaks outside of the specs", () => {
    const run = new Conformance([], "");
    run.specDone(outcome("a", "passed"));
    run.fail("a suite's preparation", []);
    expect(run.report().failed).toBe(0);
    run.fail("a suite's preparation", [{ message: "no backend" }]);
    expect(run.report().failed).toBe(1);
  });

  it("runs only what contains the words given, and fails when nothing does", () => {
    const run = new Conformance([], "conv2d");
    expect(run.runs("conv2d onnxruntime {} x")).toBe(true);
    expect(run.runs("matmul")).toBe(false);
    expect(run.report()).toMatchObject({ failed: 1, failures: [{ messages: ['No spec ran whose name contains "conv2d".'] }] });
  });

  it("shows where a failure comes from without jasmine's own frames", () => {
    const run = new Conformance([], "");
    const stack = "Error: no\n    at add_test.ts:3:1\n    at <Jasmine>\n    at node_modules/jasmine-core/lib/jasmine.js:1:1";
    run.specDone({ fullName: "a", status: "failed", failedExpectations: [{ message: "no", stack }] });
    expect(run.report().failures[0]!.messages).toEqual(["no\n    at add_test.ts:3:1"]);
  });
});
