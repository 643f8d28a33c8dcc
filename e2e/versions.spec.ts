import { mkdir } from "node:fs/promises";
import path from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";
import { createClient } from "#lib/sdk/client";
import { lathe } from "./lathe";
import { drawPicture } from "./pictures";
import { jobEnd, store } from "./seed";
import { signIn } from "./sign-in";

/** Versions of a dataset as a person goes through them: what changed, naming, publishing, deleting; hostile labels. */
test.describe.configure({ mode: "serial" });

const bucket = "versions";
const dataset = "versions";
/** Folder names are other people's words: they are shown, never run. */
const hostile = "<script>window.ran=1<∕script><img src=x onerror=window.ran=1>";
const client = () => createClient({ baseUrl: lathe().url, token: lathe().token });
const address = (rest: string) => `${lathe().url}/w/local/datasets/${dataset}${rest}`;

async function makeVersion(): Promise<void> {
  const made = await client().call("dataset.create", { dataset, bucket, prefix: "p/" });
  expect((await jobEnd(client(), made.job)).status).toBe("succeeded");
}

test.beforeAll(async () => {
  await client().call("bucket.create", { bucket });
  const files: Record<string, Buffer> = {};
  for (let i = 0; i < 10; i++) {
    files[`p/doughnut/${i}.jpg`] = await drawPicture("doughnut", i);
    files[`p/sandwich/${i}.jpg`] = await drawPicture("sandwich", i + 100);
    files[`p/${hostile}/${i}.jpg`] = await drawPicture("冰淇淋", i + 200);
  }
  await store(client(), bucket, files);
  await makeVersion();
  await client().call("object.delete", { bucket, keys: ["p/doughnut/0.jpg"] });
  await store(client(), bucket, { "p/sandwich/new.jpg": await drawPicture("sandwich", 900), "p/sandwich/1.jpg": await drawPicture("sandwich", 901) });
  await makeVersion();
});

test("two versions are chosen and compared, key by key", async ({ page }) => {
  await signIn(page);
  await page.goto(address(""));
  for (const version of [1, 2]) await page.getByRole("checkbox", { name: `Select @${version}`, exact: true }).check();
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  await expect(page).toHaveURL(/\/versions\/2\/diff\?from=1/);
  const changes = page.getByRole("list", { name: "Changes" });
  await expect(changes.getByText("p/doughnut/0.jpg")).toBeVisible();
  await expect(changes.getByText("p/sandwich/new.jpg")).toBeVisible();
  await expect(changes.getByText("p/sandwich/1.jpg")).toBeVisible();

  await page.getByRole("combobox", { name: "Change" }).click();
  await page.getByRole("option", { name: "Removed" }).click();
  await expect(page).toHaveURL(/kind=removed/);
  await expect(changes.getByRole("listitem")).toHaveCount(1);
  await page.reload();
  await expect(changes.getByRole("listitem")).toHaveCount(1);

  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Changes" }).click();
  await page.getByRole("menuitem", { name: "CSV" }).click();
  expect((await download).suggestedFilename()).toBe("versions-1-2-changes.csv");

  await page.getByRole("tab", { name: "Labels" }).click();
  await expect(page.getByRole("table", { name: "Changes by label" })).toContainText("doughnut");
});

test("a version is named and published, cannot be deleted then, and can when it is taken back", async ({ page }) => {
  await signIn(page);
  await page.goto(address("/2"));
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Name this version" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("first-clean");
  await page.keyboard.press("Enter");
  await expect(page.getByText("first-clean")).toBeVisible();
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Publish" }).click();
  await expect(page.getByText("Published", { exact: true })).toBeVisible();
  await expect(client().call("dataset-version.delete", { dataset, version: 2 })).rejects.toMatchObject({ code: "dataset_version_in_use" });

  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Take publication back" }).click();
  await expect(page.getByText("Published", { exact: true })).toHaveCount(0);
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Delete version" }).click();
  await page.getByRole("textbox").fill("versions@2");
  await page.getByRole("dialog").getByRole("button", { name: "Delete version" }).click();
  await expect(page).toHaveURL(address(""));
  await makeVersion();
  expect((await client().call("dataset.show", { dataset })).versions.map(({ version }) => version)).toEqual([3, 1]);
});

test("a label that looks like a script is shown as text on every page that shows labels", async ({ page }) => {
  await signIn(page);
  for (const rest of ["/3", "/3?tab=pictures", "/3?tab=duplicates", "/3?tab=findings", "/3/diff?from=1", "/3/diff?from=1&tab=labels"]) {
    await page.goto(address(rest));
    await settled(page);
    expect(await page.evaluate(() => "ran" in window)).toBe(false);
  }
  await page.goto(address("/3"));
  await expect(page.getByRole("table", { name: "Labels" }).getByText(hostile)).toBeVisible();
});

for (const look of [{ locale: "en", theme: "light" }, { locale: "zh-CN", theme: "dark" }] as const) {
  test(`every view of a version in ${look.locale}, ${look.theme}`, async ({ page }) => {
    await signIn(page, look);
    for (const [name, rest] of Object.entries({ labels: "/3", pictures: "/3?tab=pictures", findings: "/3?tab=findings", duplicates: "/3?tab=duplicates", rejected: "/3?tab=rejected", diff: "/3/diff?from=1", "diff-labels": "/3/diff?from=1&tab=labels", "diff-empty": "/3/diff?from=1&kind=relabelled", "diff-unknown": "/3/diff?from=77", versions: "" })) {
      await page.goto(address(rest));
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await settled(page);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect.soft(violations.map((v) => ({ id: v.id, nodes: v.nodes.map((n) => n.html) })), name).toEqual([]);
      await photograph(page, `version-${name}-${look.locale}-${look.theme}`);
    }
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
  for (const [width, height] of [[390, 844], [1440, 900]] as const) {
    await page.setViewportSize({ width, height });
    await settled(page);
    await page.screenshot({ path: path.join(folder, `${name}-${width}.png`) });
  }
}
