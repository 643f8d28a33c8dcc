import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page, type Route } from "@playwright/test";
import { createClient } from "#lib/sdk/client";
import { lathe } from "./lathe";
import { drawPicture, labels } from "./pictures";
import { signIn } from "./sign-in";

/** Uploads that are broken off, gone on with, refused; and how free the page stays beside very many files. */
const pictures = 300;
const arriving = 120;
const client = () => createClient({ baseUrl: lathe().url, token: lathe().token });
let folder: string;

test.beforeAll(async () => {
  folder = path.join(await mkdtemp(path.join(os.tmpdir(), "lathe-uploads-")), "album");
  await mkdir(folder);
  for (let i = 0; i < pictures; i++) await writeFile(path.join(folder, `${String(i).padStart(3, "0")}.jpg`), await drawPicture(labels[i % 3]!, i));
});

test.afterAll(() => rm(path.dirname(folder), { recursive: true }));

test("a reload in the middle loses nothing: what is there is told by its checksum, and other bytes are sent", async ({ page }) => {
  await client().call("bucket.create", { bucket: "resumed" });
  await signIn(page);
  await page.goto(`${lathe().url}/w/local/buckets/resumed`);
  const release = await holdPutsAfter(page, arriving);
  await page.getByTestId("pick-folder").first().setInputFiles(folder);
  const tray = page.getByRole("region", { name: "Uploads", exact: true });
  await expect(tray).toContainText(`Uploading ${arriving} of ${pictures}`, { timeout: 60_000 });
  await keptSession(page);
  await page.reload();
  await release();

  const there = await checksums("resumed");
  expect(there.size).toBe(arriving);
  const [changed] = there.keys();
  const changedFile = path.join(folder, path.basename(changed!));
  const bytes = await readFile(changedFile);
  bytes[bytes.length - 3]! ^= 1;
  await writeFile(changedFile, bytes);

  const sent: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "PUT") sent.push(`album/${path.basename(new URL(request.url()).pathname)}`);
  });
  const broken = page.getByRole("region", { name: "Uploads that were broken off" });
  await expect(broken).toContainText(`of ${pictures} to resumed/`);
  const choosing = page.waitForEvent("filechooser");
  await broken.getByRole("button", { name: "Choose the folder again" }).click();
  await (await choosing).setFiles(folder);
  await expect(tray).toContainText(`${pictures} files uploaded`, { timeout: 60_000 });
  await expect(tray).toContainText(`${arriving - 1} files were there already`);

  const names = (await readdir(folder)).map((name) => `album/${name}`);
  expect(sent.sort()).toEqual(names.filter((name) => name === changed || !there.has(name)).sort());
  const after = await checksums("resumed");
  for (const name of names) expect([name, after.get(name)]).toEqual([name, md5(await readFile(path.join(folder, path.basename(name))))]);
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect.poll(() => sessions(page)).toEqual([]);
});

const looks = [
  { locale: "en", theme: "light", width: 1440, tray: "Uploads", expand: "Show the files", refused: "Failed" },
  { locale: "zh-CN", theme: "dark", width: 390, tray: "上传", expand: "显示文件", refused: "失败" },
] as const;

for (const { locale, theme, width, tray: name, expand, refused } of looks) {
  test(`the tray full, broken off and refused, in ${locale}, ${theme}`, async ({ page }) => {
    const bucket = `tray-${locale.toLowerCase()}`;
    await client().call("bucket.create", { bucket });
    await page.setViewportSize({ width, height: 900 });
    await signIn(page, { locale, theme });
    await page.goto(`${lathe().url}/w/local/buckets/${bucket}`);
    const release = await holdPutsAfter(page, arriving);
    await page.getByTestId("pick-folder").first().setInputFiles(folder);
    const tray = page.getByRole("region", { name, exact: true });
    await expect(tray).toContainText(String(arriving), { timeout: 60_000 });
    await tray.getByRole("button", { name: expand }).click();
    await expect(tray.getByRole("listitem").nth(4)).toBeVisible();
    await look(page, `tray-full-${locale}-${theme}-${width}`);
    await keptSession(page);
    await page.reload();
    await release();

    const broken = page.locator("section", { has: page.getByTestId("pick-again") });
    await expect(broken).toBeVisible();
    await look(page, `tray-broken-off-${locale}-${theme}-${width}`);
    await page.route(isSigned, (route) => (route.request().method() === "PUT" ? refuse(route) : route.continue()));
    const choosing = page.waitForEvent("filechooser");
    await broken.getByRole("listitem").getByRole("button").first().click();
    await (await choosing).setFiles(folder);
    await expect(tray.getByRole("button", { name: new RegExp(String(pictures - arriving)) })).toBeVisible({ timeout: 60_000 });
    await tray.getByRole("button", { name: expand }).click();
    await expect(tray.getByText(`${refused} ${pictures - arriving}`)).toBeVisible();
    await expect(tray.getByRole("listitem").first()).toContainText("Below the line");
    await look(page, `tray-failing-${locale}-${theme}-${width}`);
  });
}

/** More than the page hands to its worker at once, twice over. The figure is printed, not judged: it says something of the machine, too. UPLOAD_FILES=100000 takes minutes. */
test("the page stays free while very many files are taken in and sent", async ({ page }) => {
  test.setTimeout(1_200_000);
  const count = Number(process.env.UPLOAD_FILES ?? 2_500);
  const many = path.join(path.dirname(folder), "many");
  await mkdir(many);
  for (let i = 0; i < count; i++) await writeFile(path.join(many, `${i}.txt`), `file ${i}`);
  await client().call("bucket.create", { bucket: "many" });
  await page.addInitScript(() => {
    const tasks: number[] = [];
    Object.assign(window, { longTasks: tasks });
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });
  });
  await signIn(page);
  await page.goto(`${lathe().url}/w/local/buckets/many`);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await longTasks(page);
  const startedAt = performance.now();
  await page.getByTestId("pick-folder").first().setInputFiles(many);
  const tray = page.getByRole("region", { name: "Uploads", exact: true });
  await expect(tray).toContainText(`of ${count.toLocaleString("en")}`, { timeout: 120_000 });
  const takingIn = await longTasks(page);
  const takenMs = performance.now() - startedAt;
  await expect(tray).toContainText(`${count.toLocaleString("en")} files uploaded`, { timeout: 1_000_000 });
  const sending = await longTasks(page);
  const say = (tasks: number[]) => `${tasks.length} long tasks, longest ${Math.round(Math.max(0, ...tasks))} ms`;
  console.log(`${count} files: taken in after ${Math.round(takenMs)} ms (${say(takingIn)}), all sent after ${Math.round(performance.now() - startedAt)} ms (${say(sending)})`);
});

/** The long tasks since the last look, in milliseconds. */
function longTasks(page: Page): Promise<number[]> {
  return page.evaluate(() => (window as unknown as { longTasks: number[] }).longTasks.splice(0));
}

const isSigned = (url: URL) => url.searchParams.has("X-Amz-Signature");

/** @returns lets later ones through again */
async function holdPutsAfter(page: Page, count: number): Promise<() => Promise<void>> {
  let through = count;
  const gate = async (route: Route) => {
    if (route.request().method() !== "PUT" || through-- > 0) await route.continue();
  };
  await page.route(isSigned, gate);
  return () => page.unroute(isSigned, gate);
}

function refuse(route: Route): Promise<void> {
  return route.fulfill({ status: 400, headers: { "access-control-allow-origin": "*" }, contentType: "application/xml", body: "<Error><Code>InvalidRequest</Code><Message>Below the line</Message></Error>" });
}

/** What the browser keeps of uploads under way. */
function sessions(page: Page): Promise<{ count: number; done: number }[]> {
  return page.evaluate(async () => {
    if (!(await indexedDB.databases()).some(({ name }) => name === "lathe-uploads")) return [];
    return new Promise<{ count: number; done: number }[]>((resolve, reject) => {
      const opening = indexedDB.open("lathe-uploads");
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const asking = opening.result.transaction("sessions").objectStore("sessions").getAll();
        asking.onerror = () => reject(asking.error);
        asking.onsuccess = () => {
          opening.result.close();
          resolve(asking.result as { count: number; done: number }[]);
        };
      };
    });
  });
}

async function keptSession(page: Page): Promise<void> {
  await expect.poll(async () => (await sessions(page)).map(({ count, done }) => ({ count, done }))).toEqual([{ count: pictures, done: arriving }]);
}

/** MD5 by key of what lies in a bucket of the folder's files. */
async function checksums(bucket: string): Promise<Map<string, string>> {
  const names = await readdir(folder);
  const found = new Map<string, string>();
  for (let at = 0; at < names.length; at += 100) {
    const files = names.slice(at, at + 100).map((name) => ({ key: `album/${name}`, sizeBytes: 1 }));
    const answers = await client().call("object.presign-uploads", { bucket, files, compare: true });
    answers.forEach(({ existing }, place) => existing && found.set(files[place]!.key, existing.etag));
  }
  return found;
}

function md5(bytes: Buffer): string {
  return createHash("md5").update(bytes).digest("hex");
}

/** axe finds nothing; with LATHE_SCREENSHOTS=DIR it is photographed. */
async function look(page: Page, name: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect.soft(violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) })), name).toEqual([]);
  const to = process.env.LATHE_SCREENSHOTS;
  if (to) await page.screenshot({ path: path.join(to, `${name}.png`) });
}
