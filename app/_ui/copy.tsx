"use client";

import clsx from "clsx";
import { Check, Copy, Terminal } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useState, type ReactNode } from "react";
import { IconButton } from "./button";
import { useToast } from "./toast";

/** Copies `text`; says so in the icon and to screen readers. `thing` names what is copied. */
export function CopyButton({ text, thing, size = "sm", className }: { text: string; thing?: string; size?: "sm" | "md"; className?: string }) {
  const t = useTranslations("common");
  const toast = useToast();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1600);
    return () => clearTimeout(timer);
  }, [copied]);
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      toast.show({ kind: "failed", title: t("copyFailed") });
    }
  }
  return (
    <>
      <IconButton label={thing ? t("copyThing", { thing }) : t("copy")} size={size} onClick={copy} className={className}>
        {copied ? <Check aria-hidden className="text-succeeded" /> : <Copy aria-hidden />}
      </IconButton>
      <span role="status" className="sr-only">
        {copied ? t("copied") : ""}
      </span>
    </>
  );
}

/** Text to copy as it is: a command, a config, a key. Long lines scroll inside it. */
export function CodeBlock({ code, label, wrap = false, className }: { code: string; label: string; wrap?: boolean; className?: string }) {
  return (
    <div className={clsx("group relative min-w-0 rounded-md border border-line bg-sunken", className)}>
      <pre
        tabIndex={0}
        aria-label={label}
        className={clsx("scroll-thin overflow-x-auto py-2 pl-3 pr-11 pointer-coarse:py-3 font-mono text-sm leading-5 text-ink", wrap && "[overflow-wrap:anywhere] whitespace-pre-wrap")}
      >
        {code}
      </pre>
      <div className="absolute right-1 top-1 rounded-md bg-sunken">
        <CopyButton text={code} thing={label} />
      </div>
    </div>
  );
}

/** The exact command line that does what this page does. `wrap` for narrow places: a cut line cannot be read. */
export function CliHint({ command, title, wrap = false }: { command: string; title?: ReactNode; wrap?: boolean }) {
  const t = useTranslations("common");
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <p className="flex items-center gap-1.5 text-sm text-ink-muted">
        <Terminal aria-hidden className="size-3.5" />
        {title ?? t("byCli")}
      </p>
      <CodeBlock code={command} label={t("byCli")} wrap={wrap} />
    </div>
  );
}

/** An id or digest, shortened to `shown` characters, copied whole. */
export function CopyId({ id, shown = 10, thing }: { id: string; shown?: number; thing?: string }) {
  return (
    <span className="inline-flex min-w-0 items-center gap-0.5">
      <code title={id} className="truncate text-sm">
        {id.length > shown ? `${id.slice(0, shown)}…` : id}
      </code>
      <CopyButton text={id} thing={thing} />
    </span>
  );
}
