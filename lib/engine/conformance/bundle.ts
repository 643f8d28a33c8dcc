import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/**
 * Makes one module of the engine and tfjs-core's tests. The tests import core's files one by one, in a spelling that
 * only bundlers resolve, while the engine imports the package: bundled, both share one copy of it.
 *
 * @returns the module's path, inside the checkout, from where the packages that stay outside of it are found
 */
export async function bundleSuite(): Promise<string> {
  const file = path.join(root, "node_modules/.cache/lathe/conformance.mjs");
  await build({
    entryPoints: [fileURLToPath(new URL("suite.ts", import.meta.url))],
    outfile: file,
    bundle: true,
    platform: "node",
    format: "esm",
    mainFields: ["module", "main"],
    external: ["onnxruntime-node", "jasmine-core", "node-fetch"],
    // tfjs-core promises that importing its tests does nothing; it declares them.
    ignoreAnnotations: true,
    banner: { js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);' },
    sourcemap: "inline",
    sourcesContent: false,
    logLevel: "warning",
  });
  return file;
}
