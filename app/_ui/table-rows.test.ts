import { describe, expect, it } from "vitest";
import { keysBetween, matchesSearch, parseSort, sortRows } from "./table-rows";

describe("sorting rows", () => {
  const rows = [{ n: "file10" }, { n: "file2" }, { n: null }, { n: "File1" }];

  it("orders names as people count, missing ones last both ways", () => {
    expect(sortRows(rows, (row) => row.n, false, "en").map((row) => row.n)).toEqual(["File1", "file2", "file10", null]);
    expect(sortRows(rows, (row) => row.n, true, "en").map((row) => row.n)).toEqual(["file10", "file2", "File1", null]);
  });

  it("keeps the given order among equals", () => {
    const equal = [{ id: "b", v: 1 }, { id: "a", v: 1 }];
    expect(sortRows(equal, (row) => row.v, true, "en").map((row) => row.id)).toEqual(["b", "a"]);
  });

  it("reads the direction from the URL's word", () => {
    expect(parseSort("-size")).toEqual({ key: "size", descending: true });
    expect(parseSort("size")).toEqual({ key: "size", descending: false });
  });
});

it("searches for every word, in any order and case", () => {
  expect(matchesSearch("Food pictures 北京烤鸭", "烤鸭 food")).toBe(true);
  expect(matchesSearch("Food pictures", "food drink")).toBe(false);
});

it("selects the rows between two, whichever was clicked first", () => {
  expect(keysBetween(["a", "b", "c", "d"], "c", "a")).toEqual(["a", "b", "c"]);
  expect(keysBetween(["a", "b"], "gone", "b")).toEqual(["b"]);
});
