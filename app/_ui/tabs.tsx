"use client";

import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";

export type TabItem = { value: string; label: ReactNode; count?: number; content: ReactNode };

/** Parts of one page. Keep `value` in the URL (`useUrlState`) so that a part can be linked to; one that is not there shows the first. */
export function Tabs({ value, onValueChange, items, label }: { value: string; onValueChange: (value: string) => void; items: readonly TabItem[]; label: string }) {
  const shown = items.some((item) => item.value === value) ? value : items[0]?.value;
  return (
    <Radix.Root value={shown} onValueChange={onValueChange} className="flex min-h-0 min-w-0 flex-col">
      <Radix.List aria-label={label} className="scroll-thin flex shrink-0 gap-1 overflow-x-auto border-b border-line">
        {items.map((item) => (
          <Radix.Trigger
            key={item.value}
            value={item.value}
            className="-mb-px inline-flex h-9 shrink-0 items-center gap-1.5 border-b-2 border-transparent px-2.5 text-base text-ink-muted transition-colors duration-100 -outline-offset-2 hover:text-ink data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-ink"
          >
            {item.label}
            {item.count !== undefined && <span className="nums rounded-full bg-sunken px-1.5 text-xs font-normal text-ink-muted">{item.count.toLocaleString()}</span>}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {items.map((item) => (
        <Radix.Content key={item.value} value={item.value} className="min-w-0 pt-4" tabIndex={-1}>
          {item.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
