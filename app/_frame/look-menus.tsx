"use client";

import { Laptop, Languages, Moon, Sun } from "lucide-react";
import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { localeCookie, locales, type Locale } from "../_i18n/locale";
import { IconButton } from "../_ui/button";
import { Menu } from "../_ui/menu";
import { rememberChoice } from "../_ui/remember";
import { useTheme } from "../_ui/theme";
import { themes } from "../_ui/theme-choice";

const localeNames: Record<Locale, string> = { en: "English", "zh-CN": "简体中文" };

export function LanguageMenu() {
  const t = useTranslations("frame");
  const locale = useLocale();
  const router = useRouter();
  return (
    <Menu
      items={locales.map((each) => ({
        type: "choice",
        label: <span lang={each}>{localeNames[each]}</span>,
        checked: each === locale,
        onSelect: () => {
          rememberChoice(localeCookie, each);
          router.refresh();
        },
      }))}
    >
      <IconButton label={t("language")} tooltip={false}>
        <Languages aria-hidden />
      </IconButton>
    </Menu>
  );
}

const themeIcons = { system: <Laptop aria-hidden />, light: <Sun aria-hidden />, dark: <Moon aria-hidden /> };

export function ThemeMenu() {
  const t = useTranslations("frame");
  const { theme, setTheme } = useTheme();
  return (
    <Menu
      items={themes.map((each) => ({ type: "choice", label: t(`themes.${each}`), icon: themeIcons[each], checked: each === theme, onSelect: () => setTheme(each) }))}
    >
      <IconButton label={t("theme")} tooltip={false}>
        {themeIcons[theme]}
      </IconButton>
    </Menu>
  );
}
