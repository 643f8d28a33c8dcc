import { describe, expect, it } from "vitest";
import { Peer } from "../peer";
import { cases } from "./cases";
import { figuresOf } from "./figures";
import type { Side } from "./sides";
import type { Turns } from "./turns";

const side = (name: string, kind: Side["kind"]): Side => ({ name, kind, start: () => Peer.start("false", []) });
const ours: Turns = { side: side("ours", "ours"), seconds: 0.1, peakBytes: 512 * 2 ** 20, outsideMs: 5, buildMs: 300 };
const torch: Turns = { side: side("PyTorch 2", "pytorch"), seconds: 0.2, peakBytes: 256 * 2 ** 20, outsideMs: null, buildMs: null };

function lines(name: string, turns: Turns[]) {
  const given = cases.find((each) => each.name === name)!;
  return figuresOf(given).flatMap(({ measure }) => measure(turns));
}

describe("the lines of a case", () => {
  it("are speed, memory, compilation and recording for a training ResNet-18", () => {
    expect(lines("train resnet18 32px b32", [ours, torch])).toEqual([
      { case: "train resnet18 32px b32", value: 320, unit: "images/s", better: "more", reference: { name: "PyTorch 2", value: 160 } },
      { case: "train resnet18 32px b32: peak memory", value: 512, unit: "MiB", better: "less", reference: { name: "PyTorch 2", value: 256 } },
      { case: "train resnet18 32px b32: compile", value: 0.3, unit: "s", better: "less", reference: { name: "bar", value: 2 } },
      { case: "train resnet18 32px b32: trace overhead", value: 5, unit: "ms", better: "less", reference: { name: "bar", value: 10 } },
    ]);
  });

  it("are one for each reference", () => {
    const speeds = lines("predict resnet18 224px b1", [ours, torch, { ...torch, side: side("tfjs wasm", "wasm"), seconds: 1 }]);
    expect(speeds.map(({ reference }) => reference)).toEqual([{ name: "PyTorch 2", value: 5 }, { name: "tfjs wasm", value: 1 }]);
  });

  it("stand alone where there is no reference, and are none where the system does not tell", () => {
    const alone = lines("train resnet50 128px b16", [{ ...ours, peakBytes: null, buildMs: null }]);
    expect(alone).toEqual([{ case: "train resnet50 128px b16", value: 160, unit: "images/s", better: "more", reference: null }]);
  });

  it("have names of their own, all different", () => {
    const names = cases.flatMap(figuresOf).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
