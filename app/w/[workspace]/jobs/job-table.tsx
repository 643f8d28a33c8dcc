"use client";

import { SquareActivity } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useCallback, useMemo } from "react";
import { Button, DataTable, Duration, EmptyState, ErrorState, LinkButton, Progress, RelativeTime, StatusBadge, useNow, type Column } from "#app/ui";
import { useJobSentence, useWorkspace } from "#app/frame";
import { DownloadMenu } from "#app/charts";
import { isTerminal, jobKinds, jobStatuses, type JobKind } from "#lib/domain/job";
import type { Job } from "#lib/protocol/jobs";
import { useJobPages } from "./use-job-pages";

/** Jobs, newest first, all or of one kind. */
export function JobTable({ kind }: { kind?: JobKind }) {
  const t = useTranslations("jobs");
  const tc = useTranslations("common");
  const { paths, may } = useWorkspace();
  const jobs = useJobPages(kind);
  const columns = useColumns(kind === undefined);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = jobs;
  const onEndReached = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  if (jobs.error && !jobs.data) return <ErrorState error={jobs.error} onRetry={() => void jobs.refetch()} />;

  const byStatus = {
    key: "status",
    label: tc("status"),
    options: jobStatuses.map((status) => ({ value: status, label: tc(`statuses.${status}`) })),
    match: (job: Job, status: string) => job.status === status,
  };
  const byKind = {
    key: "kind",
    label: t("kind"),
    options: jobKinds.map((each) => ({ value: each, label: tc(`jobKinds.${each}`) })),
    match: (job: Job, each: string) => job.kind === each,
  };
  return (
    <DataTable
      label={t("list")}
      rows={jobs.data}
      rowKey={(job) => job.job}
      columns={columns}
      search={{ label: t("search"), text: (job) => `${job.name} ${job.job} ${job.dataset ?? ""}` }}
      filters={kind ? [byStatus] : [byStatus, byKind]}
      href={(job) => paths.job(job.job)}
      toolbar={<DownloadMenu fileName={kind ?? "jobs"} label={t("list")} table={() => tableOf(jobs.data ?? [])} value={() => jobs.data ?? []} />}
      onEndReached={onEndReached}
      footer={
        hasNextPage && (
          <div className="flex items-center justify-between gap-3 text-sm text-ink-muted">
            {t("newest", { count: jobs.data?.length ?? 0 })}
            <Button size="sm" busy={isFetchingNextPage} onClick={onEndReached}>
              {tc("loadMore")}
            </Button>
          </div>
        )
      }
      empty={
        <EmptyState
          icon={<SquareActivity aria-hidden />}
          title={t("empty.title")}
          lines={[t("empty.import"), t("empty.learn"), t("empty.watch")]}
          action={
            may("editor") && (
              <LinkButton href={paths.newAutoLearn()}>
                {t("startAutoLearn")}
              </LinkButton>
            )
          }
          command="npx lathe auto-learn food --dataset food --max-minutes 30 --wait"
        />
      }
    />
  );
}

function useColumns(withKind: boolean): Column<Job>[] {
  const t = useTranslations("jobs");
  const tc = useTranslations("common");
  return useMemo(
    () => [
      { key: "status", header: tc("status"), cell: (job) => <StatusBadge status={job.status} plain />, sort: (job) => jobStatuses.indexOf(job.status), width: "7rem" },
      { key: "name", header: tc("name"), cell: (job) => job.name, sort: (job) => job.name, width: "minmax(8rem,1.3fr)", phone: "title" },
      ...(withKind ? [kindColumn(t("kind"), (job) => tc(`jobKinds.${job.kind}`))] : []),
      { key: "dataset", header: t("dataset"), cell: (job) => job.dataset ?? "–", sort: (job) => job.dataset, width: "minmax(6rem,1fr)", phone: "hidden" },
      { key: "progress", header: t("progress"), cell: (job) => <JobProgress job={job} />, width: "minmax(13rem,2.4fr)" },
      { key: "duration", header: t("duration"), cell: (job) => <JobDuration job={job} />, sort: durationMs, align: "right", width: "6.5rem", phone: "hidden" },
      {
        key: "started", header: t("started"), align: "right", width: "8rem", sort: (job) => job.startedAtMs ?? job.createdAtMs,
        cell: (job) => (job.startedAtMs === null ? <span className="text-ink-muted">{t("notStarted")}</span> : <RelativeTime atMs={job.startedAtMs} />),
      },
    ],
    [t, tc, withKind],
  );
}

function kindColumn(header: string, word: (job: Job) => string): Column<Job> {
  return { key: "kind", header, cell: (job) => <span className="text-ink-muted">{word(job)}</span>, sort: (job) => job.kind, width: "minmax(6.5rem,1fr)" };
}

function JobProgress({ job }: { job: Job }) {
  const tc = useTranslations("common");
  const format = useFormatter();
  const sentence = useJobSentence();
  if (!isTerminal(job.status)) {
    if (!job.progress) return <span className="text-ink-muted">{sentence(job)}</span>;
    return (
      <span className="flex min-w-0 items-center gap-2.5">
        <Progress fraction={job.progress.fraction} label={job.name} className="max-w-20" />
        <span className="nums min-w-0 truncate text-sm text-ink-muted">{sentence(job)}</span>
      </span>
    );
  }
  const accuracy = job.result?.metrics.accuracy;
  if (job.result?.model) {
    return (
      <span className="nums truncate">
        {job.result.model}
        {typeof accuracy === "number" && <span className="text-ink-muted"> · {format.number(accuracy, { style: "percent", maximumFractionDigits: 1 })}</span>}
      </span>
    );
  }
  if (job.result?.dataset) return <span>{job.result.dataset}</span>;
  return <span className="text-ink-muted">{job.stopReason && job.stopReason !== "completed" ? tc(`stopReasons.${job.stopReason}`) : "–"}</span>;
}

function durationMs(job: Job): number | null {
  return job.startedAtMs === null ? null : (job.endedAtMs ?? Date.now()) - job.startedAtMs;
}

/** How long it took, or has taken until now. */
export function JobDuration({ job }: { job: Job }) {
  if (job.startedAtMs === null) return <>–</>;
  return job.endedAtMs === null ? <Since atMs={job.startedAtMs} /> : <Duration ms={job.endedAtMs - job.startedAtMs} />;
}

function Since({ atMs }: { atMs: number }) {
  const now = useNow(1000);
  return <Duration ms={Math.round(Math.max(0, now - atMs) / 1000) * 1000} />;
}

function tableOf(jobs: readonly Job[]) {
  const iso = (atMs: number | null) => (atMs === null ? null : new Date(atMs).toISOString());
  return {
    header: ["job", "kind", "name", "status", "stop_reason", "dataset", "model", "accuracy", "created", "started", "ended"],
    rows: jobs.map((job) => [
      job.job, job.kind, job.name, job.status, job.stopReason, job.dataset, job.result?.model, job.result?.metrics.accuracy,
      iso(job.createdAtMs), iso(job.startedAtMs), iso(job.endedAtMs),
    ]),
  };
}
