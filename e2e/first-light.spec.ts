import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, test, type Page } from "@playwright/test";
import { createClient } from "#lib/sdk/client";
import { lathe } from "./lathe";
import { drawPicture, labels, makePictureFolder } from "./pictures";
import { jobEnd } from "./seed";

/**
 * The whole main job in a browser, from the printed link to a prediction: points 1 to 5 of first light. One test a
 * step, in order, because each goes on from what the one before has made.
 */
test.describe.configure({ mode: "serial" });

const perLabel = 40;
let folder: string;
let bad: string[];
let page: Page;
const client = () => createClient({ baseUrl: lathe().url, token: lathe().token });

test.beforeAll(async ({ browser }) => {
  folder = await mkdtemp(path.join(os.tmpdir(), "lathe-pictures-"));
  ({ bad } = await makePictureFolder(path.join(folder, "照片"), perLabel));
  page = await browser.newPage();
});

test.afterAll(async () => {
  await page.close();
  await rm(folder, { recursive: true });
});

test("the printed link signs in once, and the overview says what to do first", async ({ browser }) => {
  await page.goto(lathe().signInUrl);
  await expect(page).toHaveURL(`${lathe().url}/w/local`);
  await expect(page.getByRole("heading", { name: "From pictures to predictions" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Create a bucket" })).toBeVisible();

  const stranger = await browser.newPage();
  await stranger.goto(lathe().signInUrl);
  await expect(stranger).toHaveURL(/\/sign-in\?reason=link-used/);
  await stranger.close();
});

test("a folder is uploaded straight to the store, with pause and resume, and survives going elsewhere", async () => {
  await page.getByRole("link", { name: "Buckets" }).first().click();
  await page.getByRole("button", { name: /New bucket|Create/ }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Food");
  await expect(dialog).toContainText("Capital letters are not allowed.");
  await dialog.getByLabel("Name").fill("food");
  await dialog.getByRole("button", { name: "Create bucket" }).click();
  await expect(page).toHaveURL(/\/buckets\/food$/);

  const hosts = new Set<string>();
  page.on("request", (request) => {
    if (request.method() === "PUT") hosts.add(new URL(request.url()).host);
  });
  // Slow enough that Pause finds something to pause.
  const network = await page.context().newCDPSession(page);
  await network.send("Network.enable");
  const throttle = { offline: false, latency: 60, downloadThroughput: -1, uploadThroughput: 60_000 };
  await network.send("Network.emulateNetworkConditions", throttle);
  await page.getByTestId("pick-folder").first().setInputFiles(path.join(folder, "照片"));
  const tray = page.getByRole("region", { name: "Uploads" });
  await tray.getByRole("button", { name: "Pause" }).click();
  await expect(tray).toContainText("Paused at");
  await network.send("Network.emulateNetworkConditions", { ...throttle, latency: 0, uploadThroughput: -1 });
  await page.getByRole("link", { name: "Overview" }).first().click();
  await tray.getByRole("button", { name: "Resume" }).click();
  await expect(tray).toContainText(`${perLabel * labels.length + bad.length} files uploaded`, { timeout: 120_000 });
  expect([...hosts]).not.toContain(new URL(lathe().url).host);

  // Sizes are counted by listing and kept for some seconds.
  await expect.poll(async () => (await client().call("bucket.list"))[0]!.objects).toBe(perLabel * labels.length + bad.length);
});

test("the bucket is browsed as folders with thumbnails and a preview", async () => {
  await page.goto(`${lathe().url}/w/local/buckets/food`);
  await page.getByText("照片", { exact: true }).dblclick();
  await page.getByText("冰淇淋", { exact: true }).dblclick();
  await expect(page.getByText("更多", { exact: true })).toBeVisible();
  const thumbnail = page.locator("main img").first();
  await expect.poll(() => thumbnail.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0);
  await page.getByText("11.jpg", { exact: true }).dblclick();
  await expect(page.getByRole("dialog").locator("img")).toBeVisible();
  await page.keyboard.press("Escape");
});

test("a dataset is frozen from it, and says what was left out and why", async () => {
  await page.goto(`${lathe().url}/w/local/datasets?new=1&bucket=food&prefix=${encodeURIComponent("照片/")}`);
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("food");
  await expect(dialog).toContainText("3 labels");
  await dialog.getByRole("button", { name: "Make dataset" }).click();
  await expect(page).toHaveURL(/\/datasets\/food\/1/);
  await expect(page.getByRole("link", { name: "Train on this" })).toBeVisible({ timeout: 120_000 });
  await page.getByRole("tab", { name: /Left out/ }).click();
  for (const reason of ["Not an image", "Empty file", "Cut off", "Too large"]) await expect(page.getByText(reason).first()).toBeVisible();
  expect(await client().call("dataset-version.show", { dataset: "food", version: 1 })).toMatchObject({ samples: perLabel * labels.length, rejected: bad.length });
});

test("auto-learn runs on with the tab closed, and its page is whole when one comes back", async ({ browser }) => {
  await page.goto(`${lathe().url}/w/local/auto-learn/new?dataset=food@1`);
  await page.getByLabel("Minutes").fill("0");
  await expect(page.getByText("must be more than zero minutes")).toBeVisible();
  await page.getByLabel("Minutes").fill("2");
  await page.locator("summary", { hasText: "Advanced" }).click();
  await page.getByLabel("Image size").fill("32");
  await page.getByLabel("Epochs").fill("4");
  await page.getByRole("button", { name: "Start training" }).click();
  await expect(page).toHaveURL(/\/jobs\/job_/);
  const address = page.url();
  const state = await page.context().storageState();
  await page.close();

  const job = await jobEnd(client(), address.split("/").at(-1)!);
  expect(job).toMatchObject({ status: "succeeded", result: { model: "food@1" } });

  page = await (await browser.newContext({ storageState: state })).newPage();
  await page.goto(address);
  await expect(page.getByText(/the best model, from epoch \d+, was kept/)).toBeVisible();
  await expect(page.getByText(/^Copies 120 pictures/)).toBeVisible();
});

test("stopping keeps the best model", async () => {
  const started = await client().call("auto-learn.start", { name: "stopped", dataset: "food@1", imageSize: 32, epochs: 500, maxMinutes: 30 });
  await page.goto(`${lathe().url}/w/local/jobs/${started.job}`);
  await expect(page.getByText(/Training epoch [3-9]/)).toBeVisible({ timeout: 120_000 });
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("button", { name: "Stop job" }).click();
  const job = await jobEnd(client(), started.job, 30_000);
  expect(job).toMatchObject({ status: "cancelled", stopReason: "stopped", result: { model: "stopped@1" } });
  await expect(page.getByText(/Stopped after epoch \d+; the best model/)).toBeVisible();
});

test("the model shows its held-out accuracy and confusion, and is deployed", async () => {
  await page.goto(`${lathe().url}/w/local/models/food/1`);
  await expect(page.getByRole("heading", { name: "Confusion matrix" })).toBeVisible();
  await expect(page.getByText(/of \d+ test pictures are right/)).toBeVisible();
  await page.getByRole("button", { name: "Deploy" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Endpoint").fill("food");
  await dialog.getByRole("button", { name: "Deploy" }).click();
  await expect(page).toHaveURL(/\/endpoints\/food/);
  await expect(page.getByText("Ready", { exact: true }).first()).toBeVisible({ timeout: 60_000 });
});

test("a new photograph gets labels with probabilities, and the curl line works", async () => {
  const photograph = await drawPicture("doughnut", 7777);
  const choosing = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Choose a picture" }).click();
  await (await choosing).setFiles({ name: "new.jpg", mimeType: "image/jpeg", buffer: photograph });
  await expect(page.getByRole("list", { name: /Predictions/ }).getByRole("listitem").first()).toContainText("%");
  const { url } = await client().call("endpoint.show", { endpoint: "food" });
  const answer = await client().predict(url, new Uint8Array(photograph), "image/jpeg");
  expect(answer.map((p) => p.label).sort()).toEqual([...labels].sort());
  expect(answer.reduce((sum, p) => sum + p.probability, 0)).toBeCloseTo(1, 4);
});
