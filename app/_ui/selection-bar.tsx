"use client";

import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { IconButton } from "./button";

/** How many are selected, and what can be done with them. It stays in sight while the list scrolls. */
export function SelectionBar({ count, onClear, children }: { count: number; onClear: () => void; children: ReactNode }) {
  const t = useTranslations("common");
  return (
    <div className="sticky top-2 z-20 mb-2 flex flex-wrap items-center gap-2 rounded-md border border-accent-line bg-accent-soft py-1 pl-3 pr-1">
      <span role="status" className="nums text-base font-medium">
        {t("selected", { count })}
      </span>
      <div className="ml-auto flex flex-wrap items-center gap-1">
        {children}
        <IconButton label={t("clearSelection")} size="sm" onClick={onClear}>
          <X aria-hidden />
        </IconButton>
      </div>
    </div>
  );
}
