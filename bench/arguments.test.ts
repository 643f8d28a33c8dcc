import os from "node:os";
import { describe, expect, it } from "vitest";
import { readArguments, readName, UsageError } from "./arguments";

describe("the name", () => {
  it("is one of those there are", () => {
    expect(readName(["store", "--json"], ["engine", "store"])).toBe("store");
  });

  it.each([[["speed"]], [[]], [["--json", "engine"]], [["toString"]]])("%j is none, and the message names them", (words) => {
    expect(() => readName(words, ["engine", "store"])).toThrow(UsageError);
    expect(() => readName(words, ["engine", "store"])).toThrow("engine | store");
  });
});

describe("what follows it", () => {
  it("asks for every case, on all cores, for people, if nothing is said", () => {
    const { json, wants, threads, flags } = readArguments([], ["layers"]);
    expect([json, wants("anything"), threads, flags.size]).toEqual([false, true, os.availableParallelism(), 0]);
  });

  it("asks for cases that one of the patterns finds", () => {
    const { wants } = readArguments(["--case", "^train", "--case", "b1$"], []);
    expect(["train x", "predict b1", "predict b8"].map(wants)).toEqual([true, true, false]);
  });

  it("holds the benchmark's own flags and no other's", () => {
    expect([...readArguments(["--layers", "--json", "--threads", "3"], ["layers", "compile"]).flags]).toEqual(["layers"]);
    expect(() => readArguments(["--layers"], [])).toThrow(UsageError);
  });

  it.each([["--case", "("], ["--case"], ["--threads", "0"], ["--threads", "two"], ["more"], ["--jsn"]])("refuses %s %s", (...words) => {
    expect(() => readArguments(words, [])).toThrow(UsageError);
  });
});
