import { expect, type Page } from "@playwright/test";
import { createClient } from "#lib/sdk/client";
import { lathe } from "./lathe";

/** Signs in by a fresh one-time link, with the language and theme a person chose before. */
export async function signIn(page: Page, look: { locale: "en" | "zh-CN"; theme: "light" | "dark" } = { locale: "en", theme: "light" }): Promise<void> {
  const { url, token } = lathe();
  await page.context().addCookies([
    { name: "lathe-locale", value: look.locale, url },
    { name: "lathe-theme", value: look.theme, url },
  ]);
  const link = await createClient({ baseUrl: url, token }).call("sign-in-link.create");
  await page.goto(link.url);
  await expect(page).toHaveURL(`${url}/w/local`);
}
