import { mkdir } from "node:fs/promises";
import path from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";
import { createClient } from "#lib/sdk/client";
import { lathe } from "./lathe";
import { ensureSeed, type Seed } from "./seed";
import { signIn } from "./sign-in";

/**
 * Every page with something on it, in both languages and both themes: axe finds nothing, no request leaves the machine,
 * the console stays quiet. With LATHE_SCREENSHOTS=DIR each is photographed, at 390 px too.
 */
let seed: Seed;

test.beforeAll(async () => {
  seed = await ensureSeed(createClient({ baseUrl: lathe().url, token: lathe().token }));
});

const pages = (): Record<string, string> => ({
  overview: "",
  buckets: "/buckets",
  bucket: `/buckets/${seed.bucket}?prefix=p%2Fdoughnut%2F`,
  datasets: "/datasets",
  dataset: `/datasets/${seed.dataset}`,
  "dataset-version": `/datasets/${seed.dataset}/1`,
  "auto-learn": "/auto-learn",
  "auto-learn-new": "/auto-learn/new",
  jobs: "/jobs",
  job: `/jobs/${seed.job}`,
  models: "/models",
  model: `/models/${seed.model}`,
  "model-version": `/models/${seed.model}/1`,
  endpoints: "/endpoints",
  endpoint: `/endpoints/${seed.endpoint}`,
  runners: "/runners",
  settings: "/settings",
  "s3-keys": "/settings?tab=s3",
});

const looks = [
  { locale: "en", theme: "light" },
  { locale: "zh-CN", theme: "dark" },
] as const;

for (const look of looks) {
  test(`every page in ${look.locale}, ${look.theme}`, async ({ page }) => {
    const strangers = watchRequests(page);
    const complaints = watchConsole(page);
    await signIn(page, look);
    for (const [name, address] of Object.entries(pages())) {
      await test.step(name, async () => {
        await page.goto(`${lathe().url}/w/local${address}`);
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        await settled(page);
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect.soft(violations.map((v) => ({ id: v.id, nodes: v.nodes.map((n) => n.html) })), name).toEqual([]);
        await photograph(page, `${name}-${look.locale}-${look.theme}`);
      });
    }
    expect(strangers()).toEqual([]);
    expect(complaints()).toEqual([]);
  });
}

async function settled(page: Page): Promise<void> {
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
  await page.waitForLoadState("networkidle");
}

async function photograph(page: Page, name: string): Promise<void> {
  const folder = process.env.LATHE_SCREENSHOTS;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}-1440.png`) });
  await page.setViewportSize({ width: 390, height: 844 });
  await settled(page);
  await page.screenshot({ path: path.join(folder, `${name}-390.png`) });
  await page.setViewportSize({ width: 1440, height: 900 });
}

/** Hosts other than this machine that a page asked for. */
function watchRequests(page: Page): () => string[] {
  const asked = new Set<string>();
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (/^(https?|wss?):$/.test(protocol) && hostname !== "127.0.0.1") asked.add(request.url());
  });
  return () => [...asked];
}

function watchConsole(page: Page): () => string[] {
  const said: string[] = [];
  page.on("console", (message) => {
    // A file that only calls itself .jpg has no thumbnail; the browser tells of every 404.
    if (message.type() === "error" && !message.location().url.includes("/thumbnail?")) said.push(message.text());
  });
  page.on("pageerror", (error) => said.push(String(error)));
  return () => said;
}
