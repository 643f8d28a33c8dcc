"use client";

import clsx from "clsx";
import { CircleAlert, CircleCheck, Info, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { Toast as Radix } from "radix-ui";
import { createContext, use, useCallback, useMemo, useState, type ReactNode } from "react";
import { useExplain } from "./explain";

export type ToastInput = {
  title: string;
  text?: string;
  kind?: "info" | "done" | "failed";
  /** e.g. undo */
  action?: { label: string; onAction: () => void };
  /** how long it stays; a failure stays until dismissed */
  durationMs?: number;
};

type Toasts = { show: (toast: ToastInput) => void; fail: (error: unknown, title?: string) => void };
const ToastContext = createContext<Toasts | null>(null);

/** `show` for what happened, `fail` for an error with its reason and next step. */
export function useToast(): Toasts {
  const toasts = use(ToastContext);
  if (!toasts) throw new Error("useToast needs a ToastProvider above it");
  return toasts;
}

const icons = {
  info: <Info aria-hidden className="size-4 text-ink-muted" />,
  done: <CircleCheck aria-hidden className="size-4 text-succeeded" />,
  failed: <CircleAlert aria-hidden className="size-4 text-failed" />,
};

type Shown = ToastInput & { id: number; open: boolean };

export function ToastProvider({ children }: { children: ReactNode }) {
  const t = useTranslations("common");
  const explain = useExplain();
  const [toasts, setToasts] = useState<Shown[]>([]);
  const show = useCallback((toast: ToastInput) => {
    setToasts((before) => [...before.filter((other) => other.open).slice(-3), { ...toast, id: (before.at(-1)?.id ?? 0) + 1, open: true }]);
  }, []);
  const value = useMemo<Toasts>(
    () => ({
      show,
      fail: (error, title) => {
        const { message, nextStep } = explain(error);
        show({ kind: "failed", title: title ?? message, text: title ? `${message} ${nextStep}` : nextStep });
      },
    }),
    [show, explain],
  );
  return (
    <ToastContext value={value}>
      <Radix.Provider label={t("notifications")} swipeDirection="right">
        {children}
        {toasts.map((toast) => (
          <Radix.Root
            key={toast.id}
            open={toast.open}
            duration={toast.durationMs ?? (toast.kind === "failed" ? 24 * 3_600_000 : toast.action ? 9000 : 5000)}
            type={toast.kind === "failed" ? "foreground" : "background"}
            onOpenChange={(open) => setToasts((before) => before.map((other) => (other.id === toast.id ? { ...other, open } : other)))}
            className={clsx(
              "motion-toast flex items-start gap-2.5 rounded-md border bg-raised py-2.5 pl-3 pr-2 shadow-pop",
              toast.kind === "failed" ? "border-failed/40" : "border-line",
            )}
          >
            <span className="mt-0.5">{icons[toast.kind ?? "info"]}</span>
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-base font-medium break-words">{toast.title}</Radix.Title>
              {toast.text && <Radix.Description className="mt-0.5 text-sm text-ink-muted break-words">{toast.text}</Radix.Description>}
            </div>
            {toast.action && (
              <Radix.Action altText={toast.action.label} onClick={toast.action.onAction} className="rounded-sm px-1.5 py-0.5 text-base font-medium text-accent-ink hover:bg-hover">
                {toast.action.label}
              </Radix.Action>
            )}
            <Radix.Close aria-label={t("dismiss")} className="rounded-sm p-1 text-ink-faint hover:bg-hover hover:text-ink">
              <X aria-hidden className="size-3.5" />
            </Radix.Close>
          </Radix.Root>
        ))}
        <Radix.Viewport className="fixed right-3 top-[calc(var(--bar-height)+12px)] z-70 flex w-[min(24rem,calc(100vw-1.5rem))] flex-col gap-2 outline-none" />
      </Radix.Provider>
    </ToastContext>
  );
}
