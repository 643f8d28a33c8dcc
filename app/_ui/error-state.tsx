"use client";

import { CircleAlert, RotateCcw } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Button } from "./button";
import { useExplain } from "./explain";

/** In place of a page's content that could not be had: what happened, why, what now, and a retry. */
export function ErrorState({ error, onRetry, children }: { error: unknown; onRetry?: () => void; children?: ReactNode }) {
  const t = useTranslations("common");
  const { code, message, nextStep } = useExplain()(error);
  return (
    <div role="alert" className="mx-auto flex w-full max-w-lg flex-col items-start gap-3 rounded-md border border-line bg-surface p-5">
      <div className="flex items-start gap-3">
        <CircleAlert aria-hidden className="mt-0.5 size-5 shrink-0 text-failed" />
        <div className="min-w-0">
          <h2 className="text-lg font-semibold break-words">{message}</h2>
          <p className="mt-1 text-base text-ink-muted break-words">{nextStep}</p>
        </div>
      </div>
      <div className="flex w-full flex-wrap items-center gap-2 pl-8">
        {onRetry && (
          <Button onClick={onRetry} icon={<RotateCcw aria-hidden />}>
            {t("retry")}
          </Button>
        )}
        {children}
        <span className="ml-auto font-mono text-xs text-ink-faint">{t("error.details", { code })}</span>
      </div>
    </div>
  );
}

/** The same inside a form, a dialog or a card. Takes anything thrown, or a stored problem. */
export function ErrorNote({ error, children }: { error: unknown; children?: ReactNode }) {
  const { message, nextStep } = useExplain()(error);
  return (
    <div role="alert" className="flex items-start gap-2 rounded-md border border-failed/30 bg-failed-soft px-3 py-2 text-base">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-failed" />
      <div className="min-w-0 flex-1 break-words">
        <p className="font-medium">{message}</p>
        <p className="text-ink-muted">{nextStep}</p>
        {children}
      </div>
    </div>
  );
}

/** A plain warning or remark that needs no action to go on. */
export function Note({ kind = "info", title, children }: { kind?: "info" | "warning"; title?: ReactNode; children: ReactNode }) {
  return (
    <div
      className={
        kind === "warning"
          ? "flex items-start gap-2 rounded-md border border-waiting/30 bg-waiting-soft px-3 py-2 text-base"
          : "flex items-start gap-2 rounded-md border border-line bg-sunken px-3 py-2 text-base"
      }
    >
      <CircleAlert aria-hidden className={kind === "warning" ? "mt-0.5 size-4 shrink-0 text-waiting" : "mt-0.5 size-4 shrink-0 text-ink-faint"} />
      <div className="min-w-0 flex-1 break-words">
        {title && <p className="font-medium">{title}</p>}
        <div className="text-ink-muted">{children}</div>
      </div>
    </div>
  );
}
