"use client";

import { CircleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button } from "#app/ui";
import type { DraftChange } from "#lib/domain/draft-sample";
import type { Sample } from "#lib/protocol/samples";

/** Two people, one picture: what stands there now and what I wanted, to choose between. */
export function ConflictNote({ sample, wanted, onSettle }: { sample: Sample; wanted: DraftChange; onSettle: (whose: "mine" | "theirs") => void }) {
  const t = useTranslations("labelling");
  const mine = wanted.label ?? (wanted.label === null ? t("noLabel") : wanted.dropped ? t("dropped") : wanted.state ? t(`states.${wanted.state}`) : t("boxes"));
  return (
    <div role="alert" className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-md border border-failed/40 bg-failed-soft px-3 py-2 text-base">
      <CircleAlert aria-hidden className="size-4 shrink-0 text-failed" />
      <p className="min-w-0 flex-1 basis-60 break-words">
        {t("conflictText", { who: sample.labelledBy ?? t("somebody"), theirs: sample.label ?? t("noLabel"), mine })}
      </p>
      <Button size="sm" onClick={() => onSettle("theirs")}>{t("keepTheirs")}</Button>
      <Button size="sm" onClick={() => onSettle("mine")}>{t("useMine")}</Button>
    </div>
  );
}
