import { expect, it } from "vitest";
import { Names } from "./names";

it("tells names that come twice from names that differ only by Unicode normal form", () => {
  const names = new Names();
  // U+00E9; U+0065 U+0301; U+212B and U+00C5 are the same letter in NFC.
  expect(names.add("caf\u00e9.jpg")).toEqual([]);
  expect(names.add("caf\u00e9.jpg")).toBe("again");
  expect(names.add("cafe\u0301.jpg")).toEqual(["caf\u00e9.jpg", "cafe\u0301.jpg"]);
  expect(names.add("cafe\u0301.jpg")).toBe("again");
  expect(names.add("\u212b")).toEqual([]);
  expect(names.add("\u00c5")).toEqual(["\u212b", "\u00c5"]);
  expect(names.add("A\u030a")).toEqual(["A\u030a"]);
});
