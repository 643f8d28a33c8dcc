"use client";

import { TriangleAlert } from "lucide-react";
import { useLocale, useMessages, useTranslations } from "next-intl";
import { Section } from "#app/ui";
import type { DatasetVersion } from "#lib/protocol/datasets";

/** What the import noticed about the data, each with what to do about it. */
export function Findings({ findings }: { findings: DatasetVersion["findings"] }) {
  const t = useTranslations("datasets");
  const locale = useLocale();
  const known: Record<string, { message: string; nextStep: string } | undefined> = useMessages().datasets.finding;
  return (
    <Section title={t("findings")}>
      <ul className="flex flex-col gap-2">
        {findings.map((finding) => {
          // The server speaks English and names what it is about; another language says the same by the catalog.
          const words = locale === "en" ? finding : (known[finding.code] ?? finding);
          return (
            <li key={finding.code + finding.message} className="flex items-start gap-2 rounded-md border border-waiting/30 bg-waiting-soft px-3 py-2 text-base">
              <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-waiting" />
              <div className="min-w-0 break-words">
                <p>{words.message}</p>
                <p className="text-ink-muted">{words.nextStep}</p>
                <p className="nums mt-1 text-sm text-ink-muted">{t("findingCount", { count: finding.count })}</p>
              </div>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
