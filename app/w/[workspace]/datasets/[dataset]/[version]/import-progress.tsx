"use client";

import { useTranslations } from "next-intl";
import { Card, ErrorNote, LabelledProgress, LinkButton, Skeleton, StatusBadge, useDuration } from "#app/ui";
import { useJobSentence, useLive, useOperation, useWorkspace } from "#app/frame";
import { isTerminal } from "#lib/domain/job";
import { coarse } from "../../../jobs/[job]/job-outcome";

/** How far the import is; the page becomes the dataset's own when it is through. */
export function ImportProgress({ job: id, failed }: { job: string; failed: boolean }) {
  const t = useTranslations("datasets.import");
  const tc = useTranslations("common");
  const { paths } = useWorkspace();
  const { connected } = useLive();
  const sentence = useJobSentence();
  const duration = useDuration();
  const job = useOperation("job.show", { job: id }, { refetchIntervalMs: connected ? 15_000 : 2000 });
  const openJob = (
    <LinkButton size="sm" href={paths.job(id)}>
      {t("log")}
    </LinkButton>
  );
  if (job.error && !job.data) return <ErrorNote error={job.error}>{openJob}</ErrorNote>;
  if (!job.data) return <Skeleton className="h-24 w-full rounded-md" />;
  const { status, progress } = job.data;
  return (
    <Card className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <span className="flex items-center gap-2.5">
          <StatusBadge status={status} />
          <span className="text-base text-ink-muted">{failed || isTerminal(status) ? t("ended") : t("text")}</span>
        </span>
        {openJob}
      </div>
      {!isTerminal(status) && (
        <LabelledProgress
          fraction={status === "queued" ? 0 : (progress?.fraction ?? null)}
          label={sentence(job.data)}
          detail={progress?.remainingMs != null && tc("left", { duration: duration(coarse(progress.remainingMs)) })}
        />
      )}
    </Card>
  );
}
