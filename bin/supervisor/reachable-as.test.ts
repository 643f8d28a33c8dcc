import { expect, it } from "vitest";
import { reachableAs } from "./reachable-as";

it("knows loopback by all its names, a given address by itself", () => {
  expect(reachableAs("127.0.0.1")).toEqual(["127.0.0.1", "127.0.0.1", "localhost", "::1"]);
  expect(reachableAs("lathe.lan")).toEqual(["lathe.lan"]);
});

it("hands out a real address for a wildcard, never the wildcard", () => {
  const names = reachableAs("0.0.0.0");
  expect(names).toContain("localhost");
  expect(names).not.toContain("0.0.0.0");
});
