import { expect, it } from "vitest";
import { pathsOf, safeNext, signInPath } from "./paths";

it("encodes names and tells a version from a name", () => {
  const paths = pathsOf("local");
  expect(paths.bucket("food", "北京/烤鸭 1/")).toBe("/w/local/buckets/food?prefix=%E5%8C%97%E4%BA%AC%2F%E7%83%A4%E9%B8%AD%201%2F");
  expect(paths.dataset("food@3")).toBe("/w/local/datasets/food/3");
  expect(paths.dataset("food")).toBe("/w/local/datasets/food");
});

it("comes back from sign-in only to this site", () => {
  expect(signInPath("/w/a?x=1")).toBe("/sign-in?next=%2Fw%2Fa%3Fx%3D1");
  expect(safeNext("/w/a?x=1")).toBe("/w/a?x=1");
  for (const evil of ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\n/evil.example", null]) {
    expect(safeNext(evil)).toBe("/");
  }
});
