import { expect, it } from "vitest";
import { chooseLocale } from "./locale";

it.each([
  ["zh-CN", "en", "zh-CN"],
  [undefined, "zh-TW,zh;q=0.9,en;q=0.8", "zh-CN"],
  [undefined, "de,en-GB;q=0.7,zh;q=0.3", "en"],
  [undefined, "en;q=0.2, zh-Hans;q=0.9", "zh-CN"],
  [undefined, "de", "en"],
  [undefined, null, "en"],
  ["fr", "zh", "zh-CN"],
  [undefined, "zh;q=0,en", "en"],
])("cookie %s and Accept-Language %s give %s", (cookie, header, locale) => {
  expect(chooseLocale(cookie, header)).toBe(locale);
});
