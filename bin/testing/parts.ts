import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { say, sayStep } from "../preflight/console.mjs";
import { root } from "../preflight/settings.mjs";
import { prepare } from "../setup/prepare";
import { toolPath } from "../setup/run-tool";
import {
  type ConformanceReport,
  NOTHING,
  type PlaywrightReport,
  settle,
  sum,
  type Tally,
  tallyConformance,
  tallyPlaywright,
  tallyVitest,
  type VitestReport,
} from "./tally";

const PART_NAMES = ["lint", "types", "unit", "conformance", "integration", "browser"] as const;
type PartName = (typeof PART_NAMES)[number];

/** What a part runs; `report` is the file its JSON report goes to. */
type Part = {
  words(report: string): string[];
  env?(report: string): Record<string, string>;
  tally?(report: unknown): Tally;
  /** Types read what the build generates; the others start a whole Lathe. */
  needsPages: boolean;
};

function vitest(project: string): Pick<Part, "words" | "tally"> {
  const reporters = (report: string) => ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  return {
    words: (report) => [toolPath("vitest", "vitest"), "run", "--project", project, ...reporters(report)],
    tally: (report) => tallyVitest(report as VitestReport),
  };
}

const parts: Record<PartName, Part> = {
  lint: { words: () => [toolPath("eslint", "eslint"), ".", "--max-warnings=0"], needsPages: false },
  types: { words: () => [toolPath("typescript", "tsc"), "--noEmit"], needsPages: true },
  unit: { ...vitest("unit"), needsPages: false },
  // TensorFlow.js' own tests for backends, against the engine.
  conformance: {
    words: (report) => ["--import", "tsx", "lib/engine/conformance/run.ts", "--report", report],
    tally: (report) => tallyConformance(report as ConformanceReport),
    needsPages: false,
  },
  integration: { ...vitest("integration"), needsPages: true },
  browser: {
    words: () => [toolPath("@playwright/test", "playwright"), "test", "--config", "e2e/playwright.config.ts", "--reporter=list,json"],
    env: (report) => ({ PLAYWRIGHT_JSON_OUTPUT_FILE: report }),
    tally: (report) => tallyPlaywright(report as PlaywrightReport),
    needsPages: true,
  },
};

/** Settings of a test run itself; whatever else a shell has set must not lead tests into somebody's own data. */
const KEPT_SETTINGS = new Set(["LATHE_CHROMIUM", "LATHE_SCREENSHOTS", "LATHE_SKIP_INSTALL"]);

function environment(extra: Record<string, string>): NodeJS.ProcessEnv {
  const env = { ...process.env, ...extra };
  for (const name of Object.keys(env)) {
    if (name === "DATABASE_URL" || (name.startsWith("LATHE_") && !KEPT_SETTINGS.has(name))) delete env[name];
  }
  return env;
}

function missingFor(name: PartName): string | null {
  const chromium = process.env.LATHE_CHROMIUM ?? "/usr/bin/chromium";
  if (name !== "browser" || existsSync(chromium)) return null;
  return `The browser tests need Chromium, and ${chromium} is not there. Install it (apt-get install chromium), or set LATHE_CHROMIUM to yours.`;
}

async function runPart(name: PartName, extraWords: readonly string[], reportFolder: string, stop: AbortSignal): Promise<Tally> {
  const missing = missingFor(name);
  if (missing) {
    say(missing);
    return settle(NOTHING, false);
  }
  const part = parts[name];
  const report = path.join(reportFolder, `${name}.json`);
  const child = spawn(process.execPath, [...part.words(report), ...extraWords], {
    cwd: root,
    env: environment(part.env?.(report) ?? {}),
    stdio: ["ignore", "inherit", "inherit"],
  });
  const interrupt = () => child.kill("SIGTERM");
  stop.addEventListener("abort", interrupt);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", resolve);
  });
  stop.removeEventListener("abort", interrupt);
  const written = part.tally && existsSync(report);
  const tally = written ? part.tally!(JSON.parse(await readFile(report, "utf8"))) : NOTHING;
  return settle(tally, code === 0);
}

function isPart(word: string): word is PartName {
  return (PART_NAMES as readonly string[]).includes(word);
}

/**
 * `npm test`: sets up what `npm start` would, then lint, types, unit, conformance, integration and browser tests one after another.
 * @param words parts to run instead of all; words after a single part go to its tool
 * @returns the exit code: 0 only if all passed, 2 for words it does not know
 */
export async function runTests(words: readonly string[], stop: AbortSignal): Promise<number> {
  const firstOther = words.findIndex((word) => !isPart(word));
  const named = (firstOther < 0 ? words : words.slice(0, firstOther)).filter(isPart);
  const extraWords = firstOther < 0 ? [] : words.slice(firstOther);
  if (extraWords.length > 0 && named.length !== 1) {
    console.error(`Usage: npm test [-- PART…] or npm test -- PART WORDS-FOR-ITS-TOOL…, PART one of ${PART_NAMES.join(", ")}.`);
    return 2;
  }
  const chosen = named.length > 0 ? named : PART_NAMES;
  await prepare(stop, { pages: chosen.some((name) => parts[name].needsPages) });

  const reportFolder = await mkdtemp(path.join(tmpdir(), "lathe-reports-"));
  const results: { name: PartName; tally: Tally; durationMs: number }[] = [];
  for (const name of chosen) {
    if (stop.aborted) break;
    say(`\n== ${name} ==`);
    const startedAt = performance.now();
    const tally = await runPart(name, extraWords, reportFolder, stop);
    results.push({ name, tally, durationMs: performance.now() - startedAt });
  }
  await rm(reportFolder, { recursive: true });

  say("\n== summary ==");
  for (const { name, tally, durationMs } of results) {
    const counts = tally.passed + tally.failed + tally.skipped > 0 ? `, ${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped` : "";
    sayStep(`${name}: ${tally.failed === 0 ? "ok" : "FAILED"}${counts}`, durationMs);
  }
  const total = sum(results.map(({ tally }) => tally));
  if (stop.aborted) say("Stopped before all had run.");
  say(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 && !stop.aborted ? 0 : 1;
}
