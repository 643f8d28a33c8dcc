"use client";

import clsx from "clsx";
import { Check } from "lucide-react";
import { ContextMenu, DropdownMenu } from "radix-ui";
import Link from "next/link";
import type { ReactNode } from "react";

export type MenuItem =
  | { type?: "action"; label: ReactNode; icon?: ReactNode; onSelect: () => void; danger?: boolean; disabled?: boolean; hint?: ReactNode }
  | { type: "link"; label: ReactNode; icon?: ReactNode; href: string; external?: boolean; hint?: ReactNode }
  | { type: "choice"; label: ReactNode; icon?: ReactNode; checked: boolean; onSelect: () => void; hint?: ReactNode }
  | { type: "heading"; label: ReactNode }
  | { type: "line" };

const itemLook =
  "row-h flex cursor-default select-none items-center gap-2 rounded-sm px-2 py-1 text-base outline-none data-[disabled]:opacity-50 data-[highlighted]:bg-hover [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-ink-faint";
const contentLook = "motion-pop z-60 min-w-44 max-w-80 overflow-y-auto rounded-md border border-line bg-raised p-1 shadow-pop";

function inside(item: { label: ReactNode; icon?: ReactNode; hint?: ReactNode }) {
  return (
    <>
      {item.icon}
      <span className="min-w-0 flex-1 truncate">{item.label}</span>
      {item.hint && <span className="shrink-0 text-xs text-ink-faint">{item.hint}</span>}
    </>
  );
}

function renderItem(Kind: typeof DropdownMenu | typeof ContextMenu, item: MenuItem, index: number) {
  switch (item.type) {
    case "line":
      return <Kind.Separator key={index} className="-mx-1 my-1 h-px bg-line" />;
    case "heading":
      return (
        <Kind.Label key={index} className="truncate px-2 py-1 text-xs text-ink-muted">
          {item.label}
        </Kind.Label>
      );
    case "link":
      return (
        <Kind.Item key={index} asChild className={itemLook}>
          {item.external ? <a href={item.href}>{inside(item)}</a> : <Link href={item.href}>{inside(item)}</Link>}
        </Kind.Item>
      );
    case "choice":
      return (
        <Kind.CheckboxItem key={index} checked={item.checked} onSelect={item.onSelect} className={itemLook}>
          {inside(item)}
          <Kind.ItemIndicator>
            <Check aria-hidden className="text-accent-ink!" />
          </Kind.ItemIndicator>
        </Kind.CheckboxItem>
      );
    default:
      return (
        <Kind.Item key={index} disabled={item.disabled} onSelect={item.onSelect} className={clsx(itemLook, item.danger && "text-failed [&_svg]:text-failed!")}>
          {inside(item)}
        </Kind.Item>
      );
  }
}

/** Further actions behind a button. `children` is the button (it must take a ref and props). */
export function Menu({ children, items, align = "end" }: { children: ReactNode; items: readonly MenuItem[]; align?: "start" | "center" | "end" }) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{children}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className={clsx(contentLook, "max-h-(--radix-dropdown-menu-content-available-height)")}
        >
          {items.map((item, index) => renderItem(DropdownMenu, item, index))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** The same actions on right-click; everything in it must be reachable another way too. */
export function RightClickMenu({ children, items }: { children: ReactNode; items: readonly MenuItem[] }) {
  return (
    <ContextMenu.Root modal={false}>
      <ContextMenu.Trigger asChild>{children}</ContextMenu.Trigger>
      <ContextMenu.Portal>
        <ContextMenu.Content collisionPadding={8} className={contentLook}>
          {items.map((item, index) => renderItem(ContextMenu, item, index))}
        </ContextMenu.Content>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  );
}
