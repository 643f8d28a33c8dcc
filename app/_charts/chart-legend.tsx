"use client";

import { useTranslations } from "next-intl";
import { dashes } from "./draw";

export type Reading = { key: string; label: string; color: number; value: string | null; averaged: string | null };

/** A short piece of a curve as it is drawn: colour and dash. */
export function CurveSwatch({ color }: { color: number }) {
  const dash = dashes[color % dashes.length]!;
  return (
    <svg aria-hidden width="22" height="8" className="shrink-0">
      <line x1="1" x2="21" y1="4" y2="4" strokeWidth="2" strokeDasharray={dash.join(" ")} style={{ stroke: `var(--series-${(color % 6) + 1})` }} />
    </svg>
  );
}

/** All curves at one place: under the cursor, or the newest values. */
export function ChartLegend({ where, readings, smoothed }: { where: string; readings: readonly Reading[]; smoothed: boolean }) {
  const t = useTranslations("charts");
  return (
    <table className="w-full border-t border-line text-sm">
      <caption className="sr-only">{t("readings")}</caption>
      <thead className="sr-only">
        <tr>
          <th scope="col">{t("curve")}</th>
          {smoothed && <th scope="col">{t("smoothed")}</th>}
          <th scope="col">{t("value")}</th>
        </tr>
      </thead>
      <tbody>
        {readings.map((reading, index) => (
          <tr key={reading.key}>
            <th scope="row" className="py-1 pl-3 text-left font-normal text-ink-muted">
              <span className="flex items-center gap-2">
                <CurveSwatch color={reading.color} />
                <span className="min-w-0 truncate">{reading.label}</span>
                {index === 0 && <span className="nums ml-2 truncate text-xs text-ink-faint">{where}</span>}
              </span>
            </th>
            {smoothed && <td className="nums w-20 py-1 pr-2 text-right font-medium">{reading.averaged ?? "–"}</td>}
            <td className={`nums w-20 py-1 pr-3 text-right ${smoothed ? "text-ink-faint" : "font-medium"}`}>{reading.value ?? "–"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
