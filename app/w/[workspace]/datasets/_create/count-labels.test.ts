import { expect, it } from "vitest";
import { countLabels, emptyPreview, previewProblem, proposeName } from "./count-labels";

it("counts labels over pages of keys, and what has none", () => {
  const first = countLabels(emptyPreview, ["p/cat/1.jpg", "p/cat/deep/2.jpg", "p/read.me"], "p/");
  const both = countLabels(first, ["p/冰淇淋/1.jpg", "p/cat/3.jpg"], "p/");
  expect(both).toEqual({ labels: [{ label: "cat", count: 3 }, { label: "冰淇淋", count: 1 }], loose: 1, total: 5 });
});

it("names what stands in the way of training", () => {
  const of = (...keys: string[]) => previewProblem(countLabels(emptyPreview, keys, ""));
  expect(of()).toEqual({ key: "nothing", label: "" });
  expect(of("a.jpg")).toEqual({ key: "noFolders", label: "" });
  expect(of("a/1", "a/2", "a/3")).toEqual({ key: "oneLabel", label: "a" });
  expect(of("a/1", "a/2", "a/3", "b/1", "b/2")).toEqual({ key: "fewPictures", label: "b" });
  expect(of("a/1", "a/2", "a/3", "b/1", "b/2", "b/3")).toBeNull();
});

it("proposes a name from the folder, else from the bucket", () => {
  expect(proposeName("photos", "2026/Food 10/")).toBe("food-10");
  expect(proposeName("photos", "食物/")).toBe("photos");
  expect(proposeName("photos", "")).toBe("photos");
});
