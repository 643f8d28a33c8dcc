"use client";

import { useTranslations } from "next-intl";
import { Dialog } from "#app/ui";

const rows = [
  ["1 – 9", "label"], ["/", "more"], ["0", "clear"], ["Enter", "accept"], ["R", "review"], ["Delete", "drop"], ["N", "next"], ["← → ↑ ↓", "move"],
  ["Shift + ←  →", "extend"], ["Ctrl A", "all"], ["Ctrl Z", "undo"], ["Ctrl Shift Z", "redo"], ["G", "mode"], ["+  −", "zoom"], ["F", "fit"], ["B", "boxes"],
  ["Tab", "boxTab"], ["?", "help"],
] as const;

/** What the keys do. */
export function ShortcutSheet({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("labelling");
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("keys.title")} size="md">
      <dl className="grid gap-x-8 sm:grid-cols-2">
        {rows.map(([keys, what]) => (
          <div key={what} className="flex min-h-8 items-center gap-3 border-b border-line py-1">
            <dt className="w-28 shrink-0 font-mono text-sm">{keys}</dt>
            <dd className="min-w-0 text-base text-ink-muted">{t(`keys.${what}`)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
