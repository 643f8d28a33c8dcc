"use client";

import { useFormatter, useLocale, useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { formatBytes } from "#lib/domain/units";
import { spellDuration } from "./spell-duration";

/** The present, renewed every `everyMs` while the component is on the page. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000_000],
  ["month", 2_592_000_000],
  ["week", 604_800_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

/** “3 minutes ago”, with the exact time on hover and in `datetime`. */
export function RelativeTime({ atMs }: { atMs: number }) {
  const locale = useLocale();
  const t = useTranslations("common.ago");
  const now = useNow(30_000);
  const exact = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" }).format(atMs);
  const elapsedMs = now - atMs;
  const step = steps.find(([, unitMs]) => Math.abs(elapsedMs) >= unitMs);
  const text = step ? new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(-Math.round(elapsedMs / step[1]), step[0]) : t("now");
  return (
    <time dateTime={new Date(atMs).toISOString()} title={exact} suppressHydrationWarning className="whitespace-nowrap">
      {text}
    </time>
  );
}

/** 1.5 KiB, with the exact number of bytes on hover. */
export function Bytes({ value }: { value: number }) {
  const format = useFormatter();
  return (
    <span className="nums whitespace-nowrap" title={`${format.number(value)} B`}>
      {formatBytes(value)}
    </span>
  );
}

/** A length of time in the page's language. */
export function Duration({ ms }: { ms: number }) {
  const locale = useLocale();
  return <span className="nums whitespace-nowrap">{spellDuration(ms, locale)}</span>;
}

/** A duration as text, for messages with placeholders. */
export function useDuration(): (ms: number) => string {
  const locale = useLocale();
  return (ms) => spellDuration(ms, locale);
}

export function Num({ value, digits = 0 }: { value: number; digits?: number }) {
  const format = useFormatter();
  return <span className="nums">{format.number(value, { maximumFractionDigits: digits, minimumFractionDigits: digits })}</span>;
}

/** @param value 0 to 1 */
export function Percent({ value, digits = 1 }: { value: number | null | undefined; digits?: number }) {
  const format = useFormatter();
  if (value === null || value === undefined) return <span className="text-ink-faint">–</span>;
  return <span className="nums">{format.number(value, { style: "percent", maximumFractionDigits: digits, minimumFractionDigits: digits })}</span>;
}
