import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";
import { createClient } from "#lib/sdk/client";
import { lathe } from "./lathe";
import { drawPicture, labels } from "./pictures";
import { jobEnd, store } from "./seed";
import { signIn } from "./sign-in";

/** A person labels a draft by keys; a second one is at it at the same time. */
test.describe.configure({ mode: "serial" });

const count = 24;
const dataset = "to-label";
const bucket = "to-label";
const client = () => createClient({ baseUrl: lathe().url, token: lathe().token });
let number: number;
const address = (query = "") => `${lathe().url}/w/local/datasets/${dataset}/${number}/label${query}`;
const saved = (page: Page) => expect(page.locator("[data-save]")).toHaveAttribute("data-save", "saved");
const shown = (page: Page) => page.locator("img[data-sample]").getAttribute("data-sample").then(Number);
const at = (index: number) => client().call("sample.list", { dataset, version: number, dropped: "any" }).then(({ items }) => items.find((each) => each.index === index)!);

test.beforeAll(async () => {
  await client().call("bucket.create", { bucket });
  const files: Record<string, Buffer> = {};
  for (let i = 0; i < count; i++) files[`p/${String(i).padStart(3, "0")}.jpg`] = await drawPicture(labels[i % 3]!, 9000 + i);
  await store(client(), bucket, files);
  const made = await client().call("dataset.create", { dataset, bucket, prefix: "p/", draft: true, format: "unlabelled" });
  expect((await jobEnd(client(), made.job)).status).toBe("succeeded");
  number = made.version;
  for (const label of labels) await client().call("label.add", { dataset, version: number, label });
});

test("labels go by keys from picture to picture, and are all there after a reload in the middle", async ({ page }) => {
  await signIn(page);
  await page.goto(address());
  await expect(page.locator("img[data-sample]")).toBeVisible();
  for (let i = 0; i < 9; i++) {
    expect(await shown(page)).toBe(i);
    await page.keyboard.press(String((i % 3) + 1));
    await expect(page.locator(`img[data-sample="${i + 1}"]`)).toBeVisible();
  }
  // Not connected: what is labelled stays in the browser.
  await page.route("**/samples", (route) => (route.request().method() === "POST" ? route.abort() : route.continue()));
  await page.keyboard.press("1");
  await expect(page.locator("[data-save]")).toHaveAttribute("data-save", "offline");
  await page.keyboard.press("2");
  await page.unroute("**/samples");
  await page.reload();
  await saved(page);
  expect(await client().call("dataset-version.show", { dataset, version: number })).toMatchObject({ unlabelled: count - 11 });
  expect([await at(9), await at(10)]).toMatchObject([{ label: labels[0], state: "labelled" }, { label: labels[1], labelledBy: expect.any(String) }]);
});

test("what another person does is seen; both labels are shown where both were at it; nobody is overwritten", async ({ page, browser }) => {
  await signIn(page);
  await page.goto(address());
  const context = await browser.newContext();
  const other = await context.newPage();
  await signIn(other, { locale: "zh-CN", theme: "dark" });
  await other.goto(address("?mode=grid"));
  await expect(other.getByRole("option").first()).toBeVisible();

  await expect(page.locator('img[data-sample="0"]')).toBeVisible();
  await page.keyboard.press("3");
  await expect(other.getByRole("option").first()).toContainText(labels[2]);
  await saved(page);

  // The other one is not connected and labels the same picture as this one does.
  const before = await at(12);
  await client().call("sample.change", { dataset, version: number, changes: [{ index: 12, revision: before.revision, label: labels[0] }] });
  await client().call("sample.change", { dataset, version: number, changes: [{ index: 12, revision: before.revision, label: labels[1] }] }).then(({ conflicts }) => expect(conflicts).toHaveLength(1));

  // Undo takes back one's own change, and refuses where somebody else was since.
  await page.keyboard.press("n");
  await page.keyboard.press("2");
  await saved(page);
  await page.keyboard.press("Control+z");
  await saved(page);
  const undone = (await client().call("sample.list", { dataset, version: number, state: "unlabelled" })).items;
  expect(undone.length).toBeGreaterThan(0);
  await page.keyboard.press("1");
  await saved(page);
  const mine = (await client().call("sample.list", { dataset, version: number })).items.filter((each) => each.label === labels[0]).sort((a, b) => (b.labelledAtMs ?? 0) - (a.labelledAtMs ?? 0))[0]!;
  await client().call("sample.change", { dataset, version: number, changes: [{ index: mine.index, revision: mine.revision, label: labels[2] }] });
  await page.keyboard.press("Control+z");
  await expect(page.getByText("1 change was not undone", { exact: true })).toBeVisible();
  expect(await at(mine.index)).toMatchObject({ label: labels[2] });
  await context.close();
});

test("many are chosen by Shift, Ctrl-A and a dragged frame; boxes are drawn and moved by keys", async ({ page }) => {
  await signIn(page);
  await page.goto(address("?mode=grid"));
  await expect(page.getByRole("option").first()).toBeVisible();
  await page.getByRole("option").nth(13).click();
  await page.getByRole("option").nth(15).click({ modifiers: ["Shift"] });
  await expect(page.getByText("3 pictures chosen")).toBeVisible();
  await page.keyboard.press("2");
  await saved(page);
  expect(await Promise.all([13, 14, 15].map(async (index) => (await at(index)).label))).toEqual([labels[1], labels[1], labels[1]]);
  const first = (await page.getByRole("option").nth(0).boundingBox())!;
  const second = (await page.getByRole("option").nth(1).boundingBox())!;
  await page.mouse.move(first.x + 20, first.y + 20);
  await page.mouse.down();
  await page.mouse.move(second.x + 30, second.y + 40, { steps: 5 });
  await page.mouse.up();
  await expect(page.getByText("2 pictures chosen")).toBeVisible();
  await page.keyboard.press("Control+a");
  await expect(page.getByText(`${count} pictures chosen`)).toBeVisible();

  await page.goto(address());
  await expect(page.locator("img[data-sample]")).toBeVisible();
  const index = await shown(page);
  const picture = (await page.locator("img[data-sample]").boundingBox())!;
  await page.keyboard.press("b");
  await page.mouse.move(picture.x + picture.width * 0.25, picture.y + picture.height * 0.25);
  await page.mouse.down();
  await page.mouse.move(picture.x + picture.width * 0.5, picture.y + picture.height * 0.75, { steps: 5 });
  await page.mouse.up();
  await expect(page.locator("[data-box]")).toHaveCount(1);
  await saved(page);
  const drawn = (await at(index)).boxes[0]!;
  expect([drawn.left, drawn.top, drawn.right, drawn.bottom].map((share) => Math.round(share * 100))).toEqual([25, 25, 50, 75]);
  await page.locator("[data-box]").focus();
  await page.keyboard.press("ArrowRight");
  await saved(page);
  await expect.poll(async () => (await at(index)).boxes[0]!.left).toBeGreaterThan(drawn.left);
  await page.locator("[data-box]").focus();
  await page.keyboard.press("Delete");
  await expect(page.locator("[data-box]")).toHaveCount(0);
});

for (const look of [{ locale: "en", theme: "light" }, { locale: "zh-CN", theme: "dark" }] as const) {
  test(`the page in ${look.locale}, ${look.theme} holds to axe, also on a phone`, async ({ page }) => {
    await signIn(page, look);
    for (const [name, query] of [["one", ""], ["grid", "?mode=grid"], ["empty", "?q=nothing-like-it"]] as const) {
      for (const width of [1440, 390]) {
        await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
        await page.goto(address(query));
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
        await page.waitForLoadState("networkidle");
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect.soft(violations.map((v) => ({ id: v.id, nodes: v.nodes.map((n) => n.html) })), `${name} ${width}`).toEqual([]);
        if (process.env.LATHE_SCREENSHOTS) await page.screenshot({ path: `${process.env.LATHE_SCREENSHOTS}/label-${name}-${look.locale}-${width}.png` });
      }
    }
  });
}
