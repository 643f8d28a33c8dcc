"use client";

import clsx from "clsx";
import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { IconButton } from "./button";

const widths = { sm: "sm:max-w-md", md: "sm:max-w-2xl", lg: "sm:max-w-4xl", full: "sm:max-w-[min(96vw,1280px)]" };

/** The dialog itself takes the focus, not its first button, whose tooltip would pop up; an autoFocus inside goes first. */
function focusContent(event: Event): void {
  event.preventDefault();
  (event.currentTarget as HTMLElement | null)?.focus();
}

type DialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  children?: ReactNode;
  /** buttons, the main one last */
  footer?: ReactNode;
  /** when given, the dialog is a form and Enter submits it */
  onSubmit?: () => void;
  size?: keyof typeof widths;
};

/** One question or one task over the page. Focus is held inside and goes back where it came from. */
export function Dialog({ open, onOpenChange, title, description, children, footer, onSubmit, size = "sm" }: DialogProps) {
  const t = useTranslations("common");
  const inside = (
    <>
      <header className="flex items-start gap-3 px-4 pt-4 sm:px-5">
        <div className="min-w-0 flex-1">
          <Radix.Title className="text-lg font-semibold break-words">{title}</Radix.Title>
          {description && <Radix.Description className="mt-1 text-base text-ink-muted">{description}</Radix.Description>}
        </div>
        <Radix.Close asChild>
          <IconButton label={t("close")} tooltip={false} size="sm" className="-mr-1">
            <X aria-hidden />
          </IconButton>
        </Radix.Close>
      </header>
      <div className="min-h-0 min-w-0 flex-1 overflow-y-auto px-4 py-4 sm:px-5">{children}</div>
      {footer && <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-4 py-3 sm:px-5">{footer}</footer>}
    </>
  );
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="motion-fade fixed inset-0 z-50 bg-scrim" />
        <Radix.Content
          {...(description ? {} : { "aria-describedby": undefined })}
          onOpenAutoFocus={focusContent}
          className={clsx(
            "motion-pop fixed inset-x-2 bottom-2 z-50 mx-auto flex max-h-[92dvh] flex-col rounded-md border border-line bg-raised shadow-pop outline-none sm:inset-x-4 sm:bottom-auto sm:top-[12dvh] sm:max-h-[80dvh]",
            size === "full" && "sm:top-[4dvh] sm:max-h-[92dvh]",
            widths[size],
          )}
        >
          {onSubmit ? (
            <form
              noValidate
              className="flex min-h-0 flex-col"
              onSubmit={(event) => {
                event.preventDefault();
                // A dialog may stand inside a page's own form; the event must not reach it through React's tree.
                event.stopPropagation();
                onSubmit();
              }}
            >
              {inside}
            </form>
          ) : (
            inside
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** A panel from the side: navigation on a phone, details beside a list. */
export function Sheet({
  open,
  onOpenChange,
  title,
  side = "right",
  hideTitle = false,
  children,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  side?: "left" | "right";
  hideTitle?: boolean;
  children: ReactNode;
}) {
  const t = useTranslations("common");
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="motion-fade fixed inset-0 z-50 bg-scrim" />
        <Radix.Content
          aria-describedby={undefined}
          onOpenAutoFocus={focusContent}
          className={clsx(
            "fixed inset-y-0 z-50 flex w-[min(88vw,22rem)] flex-col bg-raised shadow-pop outline-none",
            side === "left" ? "motion-sheet-left left-0 border-r border-line" : "motion-sheet-right right-0 border-l border-line",
          )}
        >
          <header className={hideTitle ? "contents" : "flex items-center gap-2 border-b border-line px-4 py-2"}>
            <Radix.Title className={hideTitle ? "sr-only" : "min-w-0 flex-1 truncate text-base font-semibold"}>{title}</Radix.Title>
            <Radix.Close asChild>
              <IconButton label={t("close")} tooltip={false} size="sm" className={hideTitle ? "absolute right-2 top-2 z-10" : ""}>
                <X aria-hidden />
              </IconButton>
            </Radix.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
