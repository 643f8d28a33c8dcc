import { expect, it } from "vitest";
import { labelChanges } from "./label-changes";

it("counts each label of either version, the greatest change first", () => {
  const label = (name: string, train: number, test = 0, unsplit?: number) => ({ label: name, train, validation: 0, test, ...(unsplit === undefined ? {} : { unsplit }) });
  expect(labelChanges([label("same", 3), label("gone", 4, 1), label("less", 9)], [label("less", 7), label("same", 2, 1), label("new", 1, 0, 9)])).toEqual([
    { label: "new", before: 0, after: 10 },
    { label: "gone", before: 5, after: 0 },
    { label: "less", before: 9, after: 7 },
    { label: "same", before: 3, after: 3 },
  ]);
});
