import { describe, expect, it } from "vitest";
import { convGeometry, withPadding } from "./conv-geometry";
import { describeAttributes, signatureNumber } from "./signatures";

describe("numbers of signatures", () => {
  it("are the same for the same text, and never given twice though the text is forgotten after 100,000 others", () => {
    const first = signatureNumber("bounded|first");
    expect(signatureNumber("bounded|first")).toBe(first);
    const given = new Set([first]);
    for (let i = 0; i < 100_001; i++) given.add(signatureNumber(`bounded|${i}`));
    expect(given.size).toBe(100_002);
    // Forgotten, which bounds the memory; a new number makes a graph compile once more, never a wrong one run.
    expect(signatureNumber("bounded|first")).toBeGreaterThan(Math.max(...[...given].slice(-10)));
  });

  it("tell attributes apart by what they say", () => {
    expect(describeAttributes(null)).toBe("");
    expect(describeAttributes({ axis: 1 })).toBe(describeAttributes({ axis: 1 }));
    expect(describeAttributes({ axis: 1 })).not.toBe(describeAttributes({ axis: 2 }));
  });
});

describe("geometries of convolutions", () => {
  const geometry = (width: number) => convGeometry([1, 8, width, 3], [3, 3, 3, 4], 1, 1, "same");

  it("are one object for the same arguments, until 4,096 others came", () => {
    const first = geometry(8);
    expect(geometry(8)).toBe(first);
    expect(withPadding(first, { padTop: 1, padBottom: 1, padLeft: 1, padRight: 1 })).toBe(
      withPadding(first, { padTop: 1, padBottom: 1, padLeft: 1, padRight: 1 }),
    );
    for (let width = 100; width < 100 + 4_096; width++) geometry(width);
    const again = geometry(8);
    expect(again).not.toBe(first);
    expect(again).toEqual(first);
  });
});
