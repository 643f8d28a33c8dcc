import { describe, expect, it } from "vitest";
import type { StoredObject } from "#lib/protocol/buckets";
import { crumbsOf, entriesOf, previewKind } from "./entries";

const object = (key: string): StoredObject => ({ key, sizeBytes: 1, modifiedAtMs: 0, etag: "e", url: "u", thumbnailUrl: null });

describe("a folder's entries", () => {
  it("stand folders first, named after the prefix, each folder once though two pages name it", () => {
    const entries = entriesOf(
      [
        { folders: ["food/北京烤鸭/"], objects: [object("food/"), object("food/a.jpg")], nextCursor: "x" },
        { folders: ["food/北京烤鸭/", "food/pizza/"], objects: [object("food/b.jpg")], nextCursor: null },
      ],
      "food/",
    );
    expect(entries.map((entry) => `${entry.kind} ${entry.name}`)).toEqual(["folder 北京烤鸭", "folder pizza", "object a.jpg", "object b.jpg"]);
  });
});

it("leads back up a prefix", () => {
  expect(crumbsOf("a/北京/")).toEqual([
    { name: "a", prefix: "a/" },
    { name: "北京", prefix: "a/北京/" },
  ]);
  expect(crumbsOf("")).toEqual([]);
});

it("never takes a page or a drawing with scripts for a picture", () => {
  expect(previewKind("evil.svg")).toBe("text");
  expect(previewKind("evil.HTML")).toBe("text");
  expect(previewKind("cat.JPG")).toBe("picture");
  expect(previewKind("model.bin")).toBe("none");
});
