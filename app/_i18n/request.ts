import { cookies, headers } from "next/headers";
import { getRequestConfig } from "next-intl/server";
import { chooseLocale, localeCookie } from "./locale";

/** The language of this request and its words; there is no locale in the URL. */
export default getRequestConfig(async () => {
  const locale = chooseLocale((await cookies()).get(localeCookie)?.value, (await headers()).get("accept-language"));
  const { default: messages } = locale === "zh-CN" ? await import("./messages/zh-cn") : await import("./messages/en");
  return { locale, messages };
});
