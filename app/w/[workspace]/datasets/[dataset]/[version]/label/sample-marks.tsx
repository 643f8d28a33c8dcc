"use client";

import { CircleAlert, CircleCheck, Eye, Sparkles, Square, Trash2 } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import type { Sample } from "#lib/protocol/samples";

/** One line under a picture: its label, or what a model thinks, and how far it is. */
export function SampleMarks({ sample, conflict }: { sample: Sample; conflict: boolean }) {
  const t = useTranslations("labelling");
  const format = useFormatter();
  const { label, suggestion, state, dropped, boxes } = sample;
  return (
    <div className="flex h-6 min-w-0 items-center gap-1 text-sm [&_svg]:size-3.5 [&_svg]:shrink-0">
      {conflict && <CircleAlert role="img" aria-label={t("conflict")} className="text-failed" />}
      {dropped && <Trash2 role="img" aria-label={t("dropped")} className="text-ink-muted" />}
      {state === "to-review" && <Eye role="img" aria-label={t("states.to-review")} className="text-waiting" />}
      {state === "accepted" && <CircleCheck role="img" aria-label={t("states.accepted")} className="text-succeeded" />}
      {label !== null ? (
        <span className="min-w-0 flex-1 truncate font-medium">{label}</span>
      ) : suggestion ? (
        <span className="flex min-w-0 flex-1 items-center gap-1 text-ink-muted italic">
          <Sparkles role="img" aria-label={t("suggestion")} />
          <span className="min-w-0 truncate">{suggestion.label}</span>
          <span className="nums shrink-0 not-italic">{format.number(suggestion.probability, { style: "percent", maximumFractionDigits: 0 })}</span>
        </span>
      ) : (
        <span className="min-w-0 flex-1 truncate text-ink-faint">{t("noLabel")}</span>
      )}
      {boxes.length > 0 && (
        <span className="nums flex items-center gap-0.5 text-xs text-ink-muted">
          <Square role="img" aria-label={t("boxes")} />
          {boxes.length}
        </span>
      )}
    </div>
  );
}
