"use client";

import clsx from "clsx";
import type { ReactNode } from "react";

/** The frame of a page's content. `read`: at most 1,280 px wide; `work`: the whole width and height. */
export function Page({ kind = "read", children, className }: { kind?: "read" | "work"; children: ReactNode; className?: string }) {
  return (
    <div
      className={clsx(
        kind === "read" ? "mx-auto w-full max-w-[1280px] px-4 pb-16 pt-5 sm:px-6" : "flex w-full flex-1 flex-col px-4 pb-16 pt-5 sm:px-6",
        className,
      )}
    >
      {children}
    </div>
  );
}

/** What this page is, one sentence about it, and its one primary action on the right. */
export function PageHeader({ title, text, badge, actions }: { title: ReactNode; text?: ReactNode; badge?: ReactNode; actions?: ReactNode }) {
  return (
    <header className="mb-5 flex flex-wrap items-start justify-between gap-x-4 gap-y-3">
      <div className="min-w-0 flex-1 basis-64">
        <div className="flex min-h-8 flex-wrap items-center gap-x-2.5 gap-y-1">
          <h1 className="min-w-0 truncate text-xl font-semibold tracking-[-0.01em]">{title}</h1>
          {badge}
        </div>
        {text && <div className="mt-0.5 max-w-[72ch] text-base text-ink-muted">{text}</div>}
      </div>
      {actions && <div className="flex min-w-0 flex-wrap items-center gap-2 sm:shrink-0">{actions}</div>}
    </header>
  );
}

/** A part of a page under its own heading. */
export function Section({ title, actions, children, className }: { title: ReactNode; actions?: ReactNode; children: ReactNode; className?: string }) {
  return (
    <section className={clsx("min-w-0", className)}>
      <div className="mb-2 flex min-h-7 items-center justify-between gap-3">
        <h2 className="min-w-0 truncate text-base font-semibold">{title}</h2>
        {actions && <div className="flex shrink-0 items-center gap-1.5">{actions}</div>}
      </div>
      {children}
    </section>
  );
}

/** A box with a line around it; only where things are compared or belong together. */
export function Card({ children, className, pad = true }: { children: ReactNode; className?: string; pad?: boolean }) {
  return <div className={clsx("min-w-0 rounded-md border border-line bg-surface", pad && "p-4", className)}>{children}</div>;
}

/** One figure with its name; `text` says what it is made of. */
export function Stat({ label, value, text }: { label: ReactNode; value: ReactNode; text?: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col gap-0.5">
      <span className="truncate text-sm text-ink-muted">{label}</span>
      <span className="nums truncate text-xl font-semibold tracking-[-0.01em]">{value}</span>
      {text && <span className="text-sm break-words text-ink-muted">{text}</span>}
    </div>
  );
}

/** Figures side by side, divided by lines. */
export function StatRow({ children }: { children: ReactNode }) {
  return (
    <div className="grid grid-cols-2 gap-px overflow-hidden rounded-md border border-line bg-line sm:grid-flow-col sm:auto-cols-fr sm:grid-cols-none [&>*]:bg-surface [&>*]:px-4 [&>*]:py-3 max-sm:[&>*:last-child:nth-child(odd)]:col-span-2">
      {children}
    </div>
  );
}

/** Names and values, one pair a line. A null value is left out. */
export function KeyValue({ items, className }: { items: readonly { label: ReactNode; value: ReactNode }[]; className?: string }) {
  return (
    <dl className={clsx("grid min-w-0 grid-cols-[minmax(6rem,max-content)_minmax(0,1fr)] gap-x-6", className)}>
      {items
        .filter((item) => item.value !== null && item.value !== undefined)
        .map((item, index) => (
          <div key={index} className="col-span-2 grid min-h-8 grid-cols-subgrid items-center border-b border-line py-1 last:border-b-0">
            <dt className="text-sm text-ink-muted">{item.label}</dt>
            <dd className="min-w-0 break-words text-base">{item.value}</dd>
          </div>
        ))}
    </dl>
  );
}
