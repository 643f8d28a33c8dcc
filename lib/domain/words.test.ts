import { describe, expect, it } from "vitest";
import { labelOfKey, requireTrainable } from "./dataset";
import { parseVersioned, requireName } from "./names";
import { allows } from "./role";
import { formatBytes, formatDuration } from "./units";

describe("names", () => {
  it("proposes a name that would do", () => {
    expect(() => requireName("bucket", "My Photos")).toThrow(/lower-case/);
    try {
      requireName("bucket", "My Photos");
    } catch (error) {
      expect((error as { nextStep: string }).nextStep).toBe("For example: my-photos");
    }
  });

  it("reads NAME and NAME@V", () => {
    expect(parseVersioned("food@3")).toEqual({ name: "food", version: 3 });
    expect(parseVersioned("food")).toEqual({ name: "food", version: null });
    expect(() => parseVersioned("food@0")).toThrow();
    expect(() => parseVersioned("food@latest")).toThrow();
  });
});

describe("labels", () => {
  it("are the first folder level under the prefix", () => {
    expect(labelOfKey("food/冰淇淋/a/1.jpg", "food/")).toBe("冰淇淋");
    expect(labelOfKey("food/loose.jpg", "food/")).toBeNull();
    expect(labelOfKey("food//x.jpg", "food/")).toBeNull();
  });

  it("are too few to train on when there is one, and the error names it", () => {
    expect(() => requireTrainable({ cake: 40 })).toThrow(/one label only, "cake"/);
    expect(() => requireTrainable({})).toThrow(/no pictures/);
    expect(() => requireTrainable({ cake: 40, tea: 2 })).toThrow(/"tea" has 2/);
    expect(() => requireTrainable({ cake: 3, tea: 3 })).not.toThrow();
  });
});

describe("units", () => {
  it.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1536, "1.5 KiB"],
    [1024 * 1024 - 1, "1.0 MiB"],
    [150 * 1024 ** 3, "150 GiB"],
  ])("shows %d bytes as %s", (sizeBytes, text) => expect(formatBytes(sizeBytes)).toBe(text));

  it.each([
    [450, "0.5 s"],
    [59_400, "59 s"],
    [59_600, "1 min"],
    [93_000, "1 min 33 s"],
    [7_380_000, "2 h 3 min"],
  ])("shows %d ms as %s", (durationMs, text) => expect(formatDuration(durationMs)).toBe(text));
});

describe("roles", () => {
  it("include those before them", () => {
    expect(allows("owner", "editor")).toBe(true);
    expect(allows("viewer", "editor")).toBe(false);
  });
});
