import { GetObjectCommand, ListBucketsCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";
import { createClient } from "#lib/sdk/client";
import { lathe } from "./lathe";
import { signIn } from "./sign-in";

/** A person makes an S3 access key on the page, another program works with it, the person revokes it. */
const writable = "keys-writable";
const readable = "keys-readable";
const closed = "keys-closed";

test.beforeAll(async () => {
  const client = createClient({ baseUrl: lathe().url, token: lathe().token });
  for (const bucket of [writable, readable, closed]) await client.call("bucket.create", { bucket });
});

test("a key made on the settings page opens its buckets in the AWS SDK until it is revoked", async ({ page }) => {
  await signIn(page);
  await page.goto(`${lathe().url}/w/local/settings?tab=s3`);
  await page.getByRole("button", { name: "Create key" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Create key" }).click();
  await expect(dialog).toContainText("Give the key a label.");
  await expect(dialog).toContainText("Choose at least one bucket.");
  await dialog.getByLabel("Label", { exact: true }).fill("journey");
  for (const bucket of [writable, readable]) await dialog.getByLabel(bucket, { exact: true }).check();
  await dialog.getByRole("combobox", { name: `Access to ${writable}` }).click();
  await page.getByRole("option", { name: "read and write" }).click();
  expect((await new AxeBuilder({ page }).include("[role=dialog]").analyze()).violations).toEqual([]);
  await dialog.getByRole("button", { name: "Create key" }).click();
  await expect(dialog).toContainText("cannot be shown again");
  expect((await new AxeBuilder({ page }).include("[role=dialog]").analyze()).violations).toEqual([]);

  const s3 = await clientOf(page);
  await s3.send(new PutObjectCommand({ Bucket: writable, Key: "a/photo.txt", Body: "from another program" }));
  expect(await (await s3.send(new GetObjectCommand({ Bucket: writable, Key: "a/photo.txt" }))).Body!.transformToString()).toBe("from another program");
  expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toEqual([readable, writable]);
  await s3.send(new ListObjectsV2Command({ Bucket: readable }));
  const denied = expect.objectContaining({ name: "AccessDenied" });
  await expect(s3.send(new PutObjectCommand({ Bucket: readable, Key: "a", Body: "x" }))).rejects.toEqual(denied);
  await expect(s3.send(new ListObjectsV2Command({ Bucket: closed }))).rejects.toEqual(denied);

  await dialog.getByRole("button", { name: "I have copied it" }).click();
  await page.reload();
  const row = page.getByRole("row").filter({ hasText: "journey" });
  await expect(row).toContainText(`${writable} · read and write`);
  await expect(row).not.toContainText("never used");
  await expect(page.getByText(await secretOf(s3))).toHaveCount(0);
  await row.getByRole("button").last().click();
  await page.getByRole("menuitem", { name: "Revoke key" }).click();
  const confirm = page.getByRole("alertdialog").or(page.getByRole("dialog"));
  await confirm.getByRole("textbox").fill("journey");
  await confirm.getByRole("button", { name: "Revoke key" }).click();
  await expect(page.getByText("Key journey revoked").first()).toBeVisible();
  await expect(s3.send(new GetObjectCommand({ Bucket: writable, Key: "a/photo.txt" }))).rejects.toEqual(expect.objectContaining({ name: "InvalidAccessKeyId" }));
  s3.destroy();
});

test("the bucket page shows how to connect, without a secret, and makes a key for that bucket", async ({ page }) => {
  await signIn(page);
  await page.goto(`${lathe().url}/w/local/buckets/${readable}`);
  await page.getByRole("button", { name: /more/i }).first().click();
  await page.getByRole("menuitem", { name: "Connect with S3 tools" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel("aws-cli", { exact: true }).last()).toContainText(`s3 ls s3://${readable}`);
  await dialog.getByRole("button", { name: "Make an access key" }).click();
  await expect(dialog.getByRole("checkbox", { name: readable, exact: true })).toBeChecked();
});

/** As the dialog shows it, its secret as text to be copied. */
async function clientOf(page: Page): Promise<S3Client> {
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("radio", { name: "JavaScript" }).click();
  const code = await dialog.locator("pre[aria-label=JavaScript]").innerText();
  const word = (name: string) => new RegExp(`${name}: "([^"]+)"`).exec(code)?.[1] ?? "";
  return new S3Client({
    endpoint: word("endpoint"),
    region: word("region"),
    forcePathStyle: true,
    credentials: { accessKeyId: word("accessKeyId"), secretAccessKey: word("secretAccessKey") },
  });
}

async function secretOf(s3: S3Client): Promise<string> {
  return (await s3.config.credentials()).secretAccessKey;
}
