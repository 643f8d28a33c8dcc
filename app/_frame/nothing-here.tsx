"use client";

import { SearchX } from "lucide-react";
import { useTranslations } from "next-intl";
import { LinkButton } from "../_ui/button";

/** An address with nothing behind it, or with something this person may not know of: the two look the same. */
export function NothingHere() {
  const t = useTranslations("common.notFound");
  return (
    <div className="grid min-h-[60dvh] flex-1 place-items-center p-4">
      <div className="flex max-w-md flex-col items-start gap-3">
        <SearchX aria-hidden className="size-6 text-ink-faint" />
        <h1 className="text-xl font-semibold">{t("title")}</h1>
        <p className="text-base text-ink-muted">{t("message")}</p>
        <LinkButton href="/" kind="secondary">
          {t("action")}
        </LinkButton>
      </div>
    </div>
  );
}
