import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";

/** What a product is made from, and where it says from which state of that it was made. */
export type Product = {
  root: string;
  /** Files and folders, relative to root; one that is absent counts as absent. */
  inputs: readonly string[];
  /** Relative to root. */
  stamp: string;
};

/** Tests and prose are no input of any product. */
function counts(name: string): boolean {
  return !/\.test\.tsx?$|\.md$/.test(name);
}

async function filesUnder(root: string, relative: string): Promise<string[]> {
  const found = await stat(path.join(root, relative)).catch(() => null);
  if (!found) return [];
  if (!found.isDirectory()) return [relative];
  const names = (await readdir(path.join(root, relative))).filter(counts).sort();
  return (await Promise.all(names.map((name) => filesUnder(root, path.join(relative, name))))).flat();
}

async function contentHash({ root, inputs }: Product): Promise<string> {
  const hash = createHash("sha256").update(process.versions.node);
  for (const input of inputs) {
    for (const file of await filesUnder(root, input)) {
      const content = await readFile(path.join(root, file));
      hash.update(`\0${file}\0${content.length}\0`).update(content);
    }
  }
  return hash.digest("hex");
}

/**
 * Makes the product unless its stamp says it was made from just these inputs. The stamp goes before the work and comes
 * back after it: work cut short is done again.
 * @returns whether it was made now
 */
export async function makeIfStale(product: Product, make: () => Promise<void>): Promise<boolean> {
  const file = path.join(product.root, product.stamp);
  const hash = await contentHash(product);
  if ((await readFile(file, "utf8").catch(() => null)) === hash) return false;
  await rm(file, { force: true });
  await make();
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, hash);
  return true;
}
