import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeIfStale, type Product } from "./freshness";

let root: string;
let product: Product;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "lathe-freshness-"));
  await mkdir(path.join(root, "app/pages"), { recursive: true });
  await writeFile(path.join(root, "app/pages/home.tsx"), "one");
  product = { root, inputs: ["app", "next.config.js"], stamp: "out/stamp" };
});

afterEach(() => rm(root, { recursive: true }));

const make = async () => {};

it("makes once, and again only when what it is made from changes", async () => {
  expect(await makeIfStale(product, make)).toBe(true);
  expect(await makeIfStale(product, make)).toBe(false);
  await writeFile(path.join(root, "app/pages/home.tsx"), "two");
  expect(await makeIfStale(product, make)).toBe(true);
  await writeFile(path.join(root, "next.config.js"), "new");
  expect(await makeIfStale(product, make)).toBe(true);
  await rm(path.join(root, "app/pages/home.tsx"));
  expect(await makeIfStale(product, make)).toBe(true);
});

it("does not make again for a test or a note beside the code, nor for a file merely touched", async () => {
  await makeIfStale(product, make);
  await writeFile(path.join(root, "app/pages/home.test.tsx"), "a test");
  await writeFile(path.join(root, "app/README.md"), "a note");
  await writeFile(path.join(root, "app/pages/home.tsx"), "one");
  expect(await makeIfStale(product, make)).toBe(false);
});

it("leaves no stamp when the work fails, not even an older one", async () => {
  await makeIfStale(product, make);
  await writeFile(path.join(root, "app/pages/home.tsx"), "two");
  const failing = makeIfStale(product, async () => {
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  await expect(readFile(path.join(root, "out/stamp"))).rejects.toThrow("ENOENT");
  await writeFile(path.join(root, "app/pages/home.tsx"), "one");
  expect(await makeIfStale(product, make)).toBe(true);
});
