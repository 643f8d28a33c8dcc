import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultUnpackPrefix, entryPath, looksLikeArchive, maxUnpackedBytes, unpackLimits } from "./archive";

const codeOf = (name: string, maxBytes = 1000) => {
  const decided = entryPath(name, maxBytes);
  return "code" in decided ? decided.code : decided.path;
};

describe("entry names", () => {
  it.each([
    ["../../etc/passwd", "path_escape"],
    ["a/../../b", "path_escape"],
    ["a/..", "path_escape"],
    ["/etc/passwd", "absolute_path"],
    ["C:/Windows/x", "absolute_path"],
    ["c:x", "absolute_path"],
    ["a\\..\\b", "backslash"],
    ["\\\\server\\share", "backslash"],
    ["a\u0000b", "bad_name"],
    ["a\nb", "bad_name"],
    ["\ud83d", "bad_name"],
    ["", "bad_name"],
    ["./", "bad_name"],
    ["__MACOSX/cat/._1.jpg", "housekeeping"],
    ["cat/.DS_Store", "housekeeping"],
  ])("leaves out %j as %s", (name, code) => expect(codeOf(name)).toBe(code));

  it.each([
    ["./cat/1.jpg", "cat/1.jpg"],
    ["cat//1.jpg", "cat/1.jpg"],
    ["猫/..1.jpg", "猫/..1.jpg"],
    ["a/...", "a/..."],
  ])("takes %j as %s", (name, path) => expect(codeOf(name)).toBe(path));

  it("counts bytes, not characters", () => {
    expect(codeOf("猫".repeat(4), 12)).toBe("猫".repeat(4));
    expect(codeOf("猫".repeat(4), 11)).toBe("name_too_long");
  });

  it("never lets a name out of its prefix, whatever it holds", () => {
    const part = fc.oneof(fc.constantFrom("..", ".", "", "a", "C:", "\\", "\u0000", "…"), fc.string());
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const decided = entryPath(parts.join("/"), 1000);
        if ("code" in decided) return;
        // A URL resolves dots as any client of the store would.
        const encoded = decided.path.split("/").map(encodeURIComponent).join("/");
        expect(new URL(`http://store/bucket/prefix/${encoded}`).pathname).toBe(`/bucket/prefix/${encoded}`);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("limits", () => {
  it("allow any archive 256 MiB, then 250 times its size, then 200 GiB", () => {
    expect(maxUnpackedBytes(10)).toBe(256 * 1024 ** 2);
    expect(maxUnpackedBytes(100 * 1024 ** 2)).toBe(25_000 * 1024 ** 2);
    expect(maxUnpackedBytes(1024 ** 4)).toBe(unpackLimits.maxTotalBytes);
  });
});

it("proposes a prefix of the archive's own name", () => {
  expect(["sets/photos.tar.gz", "a.ZIP", "b.tgz", "notes.txt", "x/.zip"].map(defaultUnpackPrefix)).toEqual(["sets/photos/", "a/", "b/", "notes.txt-unpacked/", "x/.zip-unpacked/"]);
  expect(["a.zip", "a.tar", "a.tar.gz", "a.TGZ", "a.gz", "a.zip.jpg"].map(looksLikeArchive)).toEqual([true, true, true, true, false, false]);
});
