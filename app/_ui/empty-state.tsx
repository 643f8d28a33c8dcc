"use client";

import clsx from "clsx";
import type { ReactNode } from "react";
import { CliHint } from "./copy";

/** An empty list that teaches: what belongs here, the page's own action, and the command that does the same. */
export function EmptyState({ icon, title, lines, action, command }: { icon?: ReactNode; title: string; lines: readonly ReactNode[]; action?: ReactNode; command?: string }) {
  return (
    <div className="mx-auto flex w-full max-w-xl flex-col gap-4 rounded-md border border-dashed border-line-strong px-5 py-8 sm:px-8">
      <div className="flex items-start gap-3">
        {icon && <span className="mt-0.5 grid size-8 shrink-0 place-items-center rounded-md bg-accent-soft text-accent-ink [&_svg]:size-4">{icon}</span>}
        <div className="min-w-0">
          <h2 className="text-lg font-semibold">{title}</h2>
          <ol className="mt-2 flex list-decimal flex-col gap-1 pl-4 text-base text-ink-muted marker:text-ink-faint">
            {lines.map((line, index) => (
              <li key={index} className="pl-1">
                {line}
              </li>
            ))}
          </ol>
        </div>
      </div>
      {action && <div className={clsx("flex flex-wrap gap-2", icon && "sm:pl-11")}>{action}</div>}
      {command && (
        <div className={clsx("min-w-0", icon && "sm:pl-11")}>
          <CliHint command={command} />
        </div>
      )}
    </div>
  );
}
