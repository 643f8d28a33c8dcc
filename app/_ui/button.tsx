"use client";

import clsx from "clsx";
import { LoaderCircle } from "lucide-react";
import Link from "next/link";
import type { ComponentProps, ReactNode } from "react";
import { Tooltip } from "./tooltip";

export type ButtonKind = "primary" | "secondary" | "ghost" | "danger";
export type ButtonSize = "sm" | "md";

const base =
  "inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-md font-medium transition-colors duration-100 disabled:cursor-not-allowed disabled:opacity-50 aria-disabled:cursor-not-allowed aria-disabled:opacity-50";

const kinds: Record<ButtonKind, string> = {
  primary: "bg-accent text-on-accent hover:bg-accent-strong active:bg-accent-strong",
  secondary: "border border-line-strong bg-surface text-ink hover:bg-hover active:bg-pressed",
  ghost: "text-ink-muted hover:bg-hover hover:text-ink active:bg-pressed data-[state=open]:bg-hover data-[state=open]:text-ink",
  danger: "bg-danger text-on-danger hover:bg-danger-strong active:bg-danger-strong",
};

const sizes: Record<ButtonSize, string> = {
  sm: "h-7 px-2 text-sm pointer-coarse:h-9 [&_svg]:size-3.5",
  md: "h-8 px-3 text-base pointer-coarse:h-10 [&_svg]:size-4",
};

const squares: Record<ButtonSize, string> = {
  sm: "size-7 pointer-coarse:size-9 [&_svg]:size-4",
  md: "size-8 pointer-coarse:size-10 [&_svg]:size-4",
};

type Look = { kind?: ButtonKind; size?: ButtonSize; icon?: ReactNode };

/** A verb. `busy` keeps the width, turns the icon into a spinner and stops further clicks. */
export function Button({
  kind = "secondary",
  size = "md",
  icon,
  busy = false,
  disabled,
  className,
  children,
  type = "button",
  ...rest
}: ComponentProps<"button"> & Look & { busy?: boolean }) {
  return (
    <button
      {...rest}
      type={type}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={clsx(base, kinds[kind], sizes[size], className)}
    >
      {busy ? <LoaderCircle aria-hidden className="motion-spin" /> : icon}
      {children}
    </button>
  );
}

/** A link that looks like a button: it goes somewhere. */
export function LinkButton({
  kind = "secondary",
  size = "md",
  icon,
  className,
  children,
  ...rest
}: ComponentProps<typeof Link> & Look) {
  return (
    <Link {...rest} className={clsx(base, kinds[kind], sizes[size], className)}>
      {icon}
      {children}
    </Link>
  );
}

/** A square button with an icon; `label` is its name and its tooltip. */
export function IconButton({
  kind = "ghost",
  size = "md",
  label,
  tooltip = true,
  className,
  children,
  type = "button",
  ...rest
}: Omit<ComponentProps<"button">, "aria-label"> & {
  kind?: ButtonKind;
  size?: ButtonSize;
  label: string;
  /** off where the button opens a menu that would fight with the tooltip */
  tooltip?: boolean;
}) {
  const button = (
    <button {...rest} type={type} aria-label={label} className={clsx(base, kinds[kind], squares[size], className)}>
      {children}
    </button>
  );
  return tooltip ? <Tooltip text={label}>{button}</Tooltip> : button;
}
