import { mkdir } from "node:fs/promises";
import path from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";
import { createClient } from "#lib/sdk/client";
import { lathe } from "./lathe";
import { drawPicture } from "./pictures";
import { jobEnd, store } from "./seed";
import { signIn } from "./sign-in";

/** From duplicates that a frozen version holds, through a draft that decides on them, to the next frozen version. */
const name = "copies";
const client = () => createClient({ baseUrl: lathe().url, token: lathe().token });
const address = (rest: string) => `${lathe().url}/w/local/datasets/${name}${rest}`;

test("duplicates are decided on in a draft, and the next version is frozen without them", async ({ page }) => {
  await client().call("bucket.create", { bucket: name });
  const files: Record<string, Buffer> = {};
  for (let i = 0; i < 12; i++) {
    files[`p/doughnut/${i}.jpg`] = await drawPicture("doughnut", i * 37);
    files[`p/sandwich/${i}.jpg`] = await drawPicture("sandwich", i * 41 + 500);
  }
  files["p/sandwich/wrong.jpg"] = files["p/doughnut/3.jpg"]!;
  files["p/Sandwich/12.jpg"] = await drawPicture("sandwich", 990);
  await store(client(), name, files);
  const made = await client().call("dataset.create", { dataset: name, bucket: name, prefix: "p/" });
  expect((await jobEnd(client(), made.job)).status).toBe("succeeded");
  const before = await client().call("dataset-version.show", { dataset: name, version: 1 });
  expect(before.duplicates!.exactGroups).toBeGreaterThanOrEqual(1);
  expect(before.duplicates!.conflictingGroups).toBeGreaterThanOrEqual(1);

  await signIn(page);
  await page.goto(address("/1?tab=findings"));
  await page.getByRole("link", { name: "Look at the groups" }).first().click();
  await expect(page).toHaveURL(/groups=conflicting/);
  await expect(page.getByRole("listitem").filter({ hasText: "Different labels" }).first()).toBeVisible();
  await expect(page.getByRole("button", { name: /^Keep only this/ })).toHaveCount(0);

  await page.getByRole("button", { name: "Open a draft" }).click();
  await expect(page).toHaveURL(/\/copies\/2/);
  await expect(page.getByText("This is a draft")).toBeVisible({ timeout: 60_000 });
  await page.goto(address("/2?tab=duplicates&groups=exact"));
  await page.getByRole("button", { name: "Keep only this: 3.jpg" }).click();
  await expect.poll(async () => (await client().call("sample.list", { dataset: name, version: 2, dropped: "true" })).items.map(({ key }) => key)).toEqual(["p/sandwich/wrong.jpg"]);

  await page.goto(address("/2?tab=pictures&dropped=true"));
  await expect(page.getByRole("button", { name: "Take back all 1" })).toBeVisible();

  await page.goto(address("/2"));
  const odd = page.getByRole("row").filter({ hasText: /Sandwich/ });
  await odd.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Rename or fold" }).click();
  await page.getByRole("textbox", { name: "New name" }).fill("sandwich");
  await page.getByRole("dialog").getByRole("button", { name: "Fold into it" }).click();
  await expect.poll(async () => (await client().call("sample.list", { dataset: name, version: 2, label: "Sandwich" })).items.length).toBe(0);

  await page.getByRole("link", { name: "See what changed since version 1" }).click();
  await expect(page.getByRole("list", { name: "Changes" }).getByText("p/Sandwich/12.jpg")).toBeVisible();

  for (const [look, rest] of Object.entries({ duplicates: "/2?tab=duplicates", dropped: "/2?tab=pictures&dropped=any", labels: "/2", frozen: "/1?tab=duplicates", new: "?new=1&bucket=copies&prefix=p%2F" })) {
    await page.goto(address(rest));
    await looksRight(page, `draft-${look}`);
  }
  await page.goto(address("/2"));
  await page.getByRole("button", { name: "Freeze", exact: true }).click();
  await looksRight(page, "draft-freeze");
  await page.getByRole("dialog").getByRole("button", { name: "Freeze", exact: true }).click();
  await expect.poll(async () => (await client().call("dataset-version.show", { dataset: name, version: 2 })).status, { timeout: 60_000 }).toBe("ready");
  const after = await client().call("dataset-version.show", { dataset: name, version: 2 });
  expect(after.samples).toBe(before.samples - 1);
  expect(after.labels.map(({ label }) => label)).toEqual(["doughnut", "sandwich"]);
  expect(await client().call("dataset-version.show", { dataset: name, version: 1 })).toMatchObject({ digest: before.digest, samples: before.samples });
});

/** axe finds nothing; with LATHE_SCREENSHOTS=DIR the page is photographed. */
async function looksRight(page: Page, name: string): Promise<void> {
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
  await page.waitForLoadState("networkidle");
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect.soft(violations.map((v) => ({ id: v.id, nodes: v.nodes.map((n) => n.html) })), name).toEqual([]);
  const folder = process.env.LATHE_SCREENSHOTS;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  for (const [width, height] of [[390, 844], [1440, 900]] as const) {
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: path.join(folder, `${name}-${width}.png`) });
  }
}
