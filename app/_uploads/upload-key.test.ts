import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { validateObjectKey } from "../../storage/keys";
import { keyOf, keyProblem } from "./upload-key";

describe("keys of dropped files", () => {
  it("stand under the folder shown, Chinese names as they are", () => {
    expect(keyOf("food/", "北京烤鸭/第 1 张.jpg")).toBe("food/北京烤鸭/第 1 张.jpg");
    expect(keyProblem("food/北京烤鸭/第 1 张.jpg")).toBeNull();
  });

  it.each([
    ["../secret.jpg", "dots"],
    ["a/./b.jpg", "dots"],
    ["/etc/passwd", "leading-slash"],
    ["", "empty"],
    ["a\u0000b", "control-character"],
    ["a\ud800", "half-character"],
    // 342 Chinese characters are 1,026 bytes of UTF-8
    ["鸭".repeat(342), "too-long"],
  ] as const)("refuses %j: %s", (key, problem) => {
    expect(keyProblem(key)).toBe(problem);
  });

  it("refuses nothing that the server would take, and takes nothing that it would refuse", () => {
    const part = fc.oneof(fc.constantFrom(".", "..", "", "a", "烤鸭", "\u0007", "\ud83d", "x".repeat(400)), fc.string({ unit: "binary", maxLength: 8 }));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
        const key = parts.join("/");
        // A key that ends in "/" is a folder's mark: the store takes it, but a file is never called so.
        if (key.endsWith("/")) return;
        let refused = false;
        try {
          validateObjectKey(key);
        } catch {
          refused = true;
        }
        expect(keyProblem(key) !== null).toBe(refused);
      }),
    );
  });
});
