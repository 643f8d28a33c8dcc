import { step } from "../preflight/console.mjs";
import { root } from "../preflight/settings.mjs";
import { makeIfStale, type Product } from "./freshness";
import { runTool, toolPath } from "./run-tool";

const prismaClient: Product = {
  root,
  inputs: ["prisma/schema.prisma", "node_modules/prisma/package.json", "node_modules/@prisma/client/package.json"],
  stamp: "prisma/generated/.lathe-stamp",
};

const pages: Product = {
  root,
  inputs: [
    "app",
    "lib",
    "storage",
    "prisma/schema.prisma",
    "package-lock.json",
    "next.config.js",
    "postcss.config.mjs",
    "tsconfig.json",
  ],
  stamp: ".next/lathe-stamp",
};

/** Work cut short by `stop` must not be stamped as done. */
class Stopped extends Error {}

async function toolUnlessStopped(label: string, words: string[], stop: AbortSignal): Promise<void> {
  // The schema engine is a download that generating does not need.
  const env = { PRISMA_SCHEMA_ENGINE_BINARY: "/bin/true", NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" };
  await runTool(label, words, { env, stop });
  if (stop.aborted) throw new Stopped();
}

/**
 * Generates the database client and builds the pages, each only when what it is made from has changed.
 * @param stop ends the work between and within steps; what was cut short is done again next time
 * @param options.pages false leaves the pages as they are: for what serves none
 */
export async function prepare(stop: AbortSignal, options: { pages: boolean } = { pages: true }): Promise<void> {
  try {
    await makeIfStale(prismaClient, () =>
      step("Database client generated", () =>
        toolUnlessStopped("prisma generate", [toolPath("prisma", "prisma"), "generate"], stop),
      ),
    );
    if (!options.pages) return;
    await makeIfStale(pages, () =>
      step("Pages built", () => toolUnlessStopped("next build", [toolPath("next", "next"), "build"], stop), {
        announce: "Building the pages (next build; a minute or so) …",
      }),
    );
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  }
}
