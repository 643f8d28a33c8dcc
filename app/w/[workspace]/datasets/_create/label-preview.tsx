"use client";

import { LoaderCircle } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { Button, ErrorNote, Note } from "#app/ui";
import { previewProblem } from "./count-labels";
import type { LabelPreviewState } from "./use-label-preview";

const mostShown = 200;

/** Which labels the prefix would give, with a bar for each count. */
export function LabelPreview({ state, onRetry }: { state: LabelPreviewState; onRetry: () => void }) {
  const t = useTranslations("datasets.create");
  const tc = useTranslations("common");
  const format = useFormatter();
  const { preview, counting, more, error } = state;
  if (error !== null) {
    return (
      <ErrorNote error={error}>
        <Button size="sm" className="mt-2" onClick={onRetry}>
          {tc("retry")}
        </Button>
      </ErrorNote>
    );
  }
  const most = Math.max(1, ...preview.labels.map(({ count }) => count));
  const problem = counting || more ? null : previewProblem(preview);
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <div className="flex items-baseline justify-between gap-3 text-sm">
        <span className="font-medium">{t("preview")}</span>
        <span role="status" className="nums flex items-center gap-1.5 text-ink-muted">
          {counting && <LoaderCircle aria-hidden className="motion-spin size-3.5" />}
          {t("previewCount", { labels: preview.labels.length, files: `${format.number(preview.total)}${more ? "+" : ""}` })}
        </span>
      </div>
      <div tabIndex={0} role="region" aria-label={t("preview")} className="scroll-thin max-h-56 min-h-10 overflow-y-auto rounded-md border border-line">
        {preview.labels.length === 0 ? (
          <p className="px-2.5 py-2 text-base text-ink-muted">{counting ? tc("loading") : t("previewNone")}</p>
        ) : (
          <ul>
            {preview.labels.slice(0, mostShown).map(({ label, count }) => (
              <li key={label} className="grid h-7 grid-cols-[minmax(0,1fr)_minmax(0,1fr)_3.5rem] items-center gap-3 border-b border-line px-2.5 text-sm last:border-b-0">
                <span className="truncate">{label}</span>
                <span aria-hidden className="h-1.5 rounded-full bg-accent/70" style={{ width: `${Math.max(2, (count / most) * 100)}%` }} />
                <span className="nums text-right text-ink-muted">{format.number(count)}</span>
              </li>
            ))}
            {preview.labels.length > mostShown && <li className="px-2.5 py-1 text-sm text-ink-muted">{t("previewMore", { count: preview.labels.length - mostShown })}</li>}
          </ul>
        )}
      </div>
      {preview.loose > 0 && <p className="text-sm text-ink-muted">{t("loose", { count: preview.loose })}</p>}
      {problem && (
        <Note kind="warning" title={t(`problem.${problem.key}.title`, { label: problem.label })}>
          {t(`problem.${problem.key}.next`, { label: problem.label })}
        </Note>
      )}
    </div>
  );
}
