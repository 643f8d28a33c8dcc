"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { isTerminal } from "#lib/domain/job";
import { Card, CliHint, LinkButton, Progress, RelativeTime, Section, SkeletonRows, StatusBadge, StatusIcon, useDuration } from "#app/ui";
import { useJobSentence, useWorkspace, type OverviewJob } from "#app/frame";

/** Jobs under way with their progress, then the latest that ended. */
export function JobsCard({ jobs }: { jobs: readonly OverviewJob[] | undefined }) {
  const t = useTranslations("overview.jobs");
  const tc = useTranslations("common");
  const { paths } = useWorkspace();
  const ordered = jobs && [...jobs].sort((a, b) => Number(isTerminal(a.status)) - Number(isTerminal(b.status)) || b.createdAtMs - a.createdAtMs);
  return (
    <Section title={t("title")} actions={<LinkButton kind="ghost" size="sm" href={paths.jobs}>{t("all")}</LinkButton>}>
      <Card pad={false}>
        {ordered === undefined ? (
          <SkeletonRows rows={4} />
        ) : ordered.length === 0 ? (
          <div className="flex flex-col gap-3 p-4">
            <p className="text-base text-ink-muted">{t("none")}</p>
            <CliHint command="npx lathe auto-learn food --dataset food --max-minutes 30 --wait" />
          </div>
        ) : (
          <ul>
            {ordered.map((job) => (
              <li key={job.job} className="border-b border-line last:border-b-0">
                <Link href={paths.job(job.job)} className="block rounded-md px-3 py-1.5 -outline-offset-2 transition-colors duration-75 hover:bg-hover">
                  {isTerminal(job.status) ? <EndedJob job={job} /> : <RunningJob job={job} />}
                </Link>
              </li>
            ))}
          </ul>
        )}
      </Card>
      <span className="sr-only" role="status">
        {ordered ? tc("rows", { count: ordered.length }) : ""}
      </span>
    </Section>
  );
}

function RunningJob({ job }: { job: OverviewJob }) {
  const tc = useTranslations("common");
  const sentence = useJobSentence();
  const duration = useDuration();
  return (
    <div className="flex flex-col gap-1.5 py-1">
      <div className="flex items-center gap-2">
        <StatusIcon status={job.status} />
        <span className="min-w-0 flex-1 truncate font-medium">{job.name}</span>
        <span className="shrink-0 text-sm text-ink-muted">{tc(`jobKinds.${job.kind}`)}</span>
      </div>
      <Progress fraction={job.progress?.fraction ?? 0} label={job.name} />
      <div className="nums flex justify-between gap-3 text-sm text-ink-muted">
        <span className="min-w-0 truncate">{sentence(job)}</span>
        {job.progress?.remainingMs != null && <span className="shrink-0">{tc("left", { duration: duration(job.progress.remainingMs) })}</span>}
      </div>
    </div>
  );
}

function EndedJob({ job }: { job: OverviewJob }) {
  const tc = useTranslations("common");
  return (
    <div className="flex min-h-6 items-center gap-3">
      <span className="w-24 shrink-0 max-sm:w-auto">
        <StatusBadge status={job.status} plain />
      </span>
      <span className="min-w-0 flex-1 truncate">{job.name}</span>
      <span className="shrink-0 text-sm text-ink-muted max-sm:hidden">{tc(`jobKinds.${job.kind}`)}</span>
      <span className="w-28 shrink-0 text-right text-sm text-ink-muted">
        <RelativeTime atMs={job.endedAtMs ?? job.createdAtMs} />
      </span>
    </div>
  );
}
