export const locales = ["en", "zh-CN"] as const;
export type Locale = (typeof locales)[number];
export const localeCookie = "lathe-locale";

/**
 * The language of a page: the person's own choice (cookie), else the best of what the browser asks for, else English.
 * @param acceptLanguage e.g. "zh-TW,zh;q=0.9,en;q=0.8"
 */
export function chooseLocale(cookie: string | undefined, acceptLanguage: string | null): Locale {
  const chosen = locales.find((locale) => locale === cookie);
  if (chosen) return chosen;
  const asked = (acceptLanguage ?? "")
    .split(",")
    .map((part) => {
      const [tag = "", ...params] = part.trim().split(";");
      const weight = params.find((param) => param.trim().startsWith("q="));
      const q = weight ? Number(weight.trim().slice(2)) : 1;
      return { tag: tag.toLowerCase(), q: Number.isFinite(q) ? q : 0 };
    })
    .filter((language) => language.q > 0)
    .sort((a, b) => b.q - a.q);
  for (const { tag } of asked) {
    if (tag === "zh" || tag.startsWith("zh-")) return "zh-CN";
    if (tag === "en" || tag.startsWith("en-")) return "en";
  }
  return "en";
}
