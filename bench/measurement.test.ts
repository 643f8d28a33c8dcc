import { describe, expect, it } from "vitest";
import { jsonLine, ratioOf, table, type Measurement } from "./measurement";

const speed: Measurement = { case: "train", value: 200, unit: "images/s", better: "more", reference: { name: "PyTorch", value: 100 } };
const memory: Measurement = { case: "memory", value: 200, unit: "MiB", better: "less", reference: { name: "PyTorch", value: 100 } };

describe("a figure", () => {
  it("has a ratio above 1 where it is better than the reference, whichever way is better", () => {
    expect(ratioOf(speed)).toBe(2);
    expect(ratioOf(memory)).toBe(0.5);
    expect(ratioOf({ ...speed, reference: null })).toBeNull();
  });

  it("is one line of JSON, in the public form, to four digits", () => {
    expect(jsonLine({ ...speed, value: 123.456789 })).toBe(
      '{"case":"train","value":123.5,"unit":"images/s","reference":"PyTorch","referenceValue":100,"ratio":1.235}',
    );
    expect(JSON.parse(jsonLine({ ...speed, reference: null }))).toMatchObject({ reference: null, referenceValue: null, ratio: null });
  });

  it("is a row for people, in columns", () => {
    expect(table([speed, { ...memory, reference: null }]).split("\n")).toEqual([
      "case    value  unit      reference  its value  ratio",
      "train     200  images/s  PyTorch          100   2.00",
      "memory    200  MiB       -                  -      -",
    ]);
  });
});
