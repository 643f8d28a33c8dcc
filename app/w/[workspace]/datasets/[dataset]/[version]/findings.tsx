"use client";

import { TriangleAlert } from "lucide-react";
import Link from "next/link";
import { useLocale, useMessages, useTranslations } from "next-intl";
import { Section } from "#app/ui";
import { useWorkspace } from "#app/frame";
import type { DatasetVersion } from "#lib/protocol/datasets";

type Finding = DatasetVersion["findings"][number];

/** Findings of which the server knows every sample. */
const ofSamples = new Set(["tiny_pictures", "blurred", "dark", "odd_aspect", "lookalike_keys"]);

/** What the import noticed about the data, each with what to do about it and the way to where that is done. */
export function Findings({ version, bare = false }: { version: DatasetVersion; bare?: boolean }) {
  const t = useTranslations("datasets");
  const locale = useLocale();
  const known: Record<string, { message: string; nextStep: string } | undefined> = useMessages().datasets.finding;
  const list = (
    <>
      {version.status === "draft" && <p className="mb-2 text-sm text-ink-muted">{t("findingsOfImport")}</p>}
      <ul className="flex flex-col gap-2">
        {version.findings.map((finding) => {
          // The server speaks English and names what it is about; another language says the same by the catalog.
          const words = locale === "en" ? finding : (known[finding.code] ?? finding);
          return (
            <li key={finding.code + finding.message} className="flex items-start gap-2 rounded-md border border-waiting/30 bg-waiting-soft px-3 py-2 text-base">
              <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-waiting" />
              <div className="min-w-0 break-words">
                <p>{words.message}</p>
                <p className="text-ink-muted">{words.nextStep}</p>
                <p className="nums mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-ink-muted">
                  <span>{t("findingCount", { count: finding.count })}</span>
                  <Ways version={version} finding={finding} />
                </p>
              </div>
            </li>
          );
        })}
      </ul>
    </>
  );
  return bare ? list : <Section title={t("findings")}>{list}</Section>;
}

/** Where the samples, the groups, the labels or the files of a finding are. */
function Ways({ version, finding }: { version: DatasetVersion; finding: Finding }) {
  const t = useTranslations("datasets");
  const { paths } = useWorkspace();
  const page = paths.dataset(`${version.dataset}@${version.version}`);
  if (finding.code === "duplicates") return <Way href={`${page}?tab=duplicates`}>{t("findingDuplicates")}</Way>;
  if (finding.code === "contradicting_labels") return <Way href={`${page}?tab=duplicates&groups=conflicting`}>{t("findingDuplicates")}</Way>;
  if (finding.code === "many_rejected") return <Way href={`${page}?tab=rejected`}>{t("findingRejected")}</Way>;
  if (ofSamples.has(finding.code)) return <Way href={`${page}?tab=pictures&finding=${encodeURIComponent(finding.code)}`}>{t("findingShow")}</Way>;
  if (finding.code === "similar_labels") return <Way href={`${page}?tab=labels`}>{t("findingFold")}</Way>;
  return (finding.labels ?? []).slice(0, 12).map((label) => (
    <Way key={label} href={`${page}?tab=pictures&label=${encodeURIComponent(label)}`}>
      {label}
    </Way>
  ));
}

function Way({ href, children }: { href: string; children: React.ReactNode }) {
  return (
    <Link href={href} className="max-w-56 truncate rounded-sm text-accent-ink underline decoration-accent-line underline-offset-2 hover:decoration-current">
      {children}
    </Link>
  );
}
