"use client";

import { LoaderCircle } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { Popover } from "radix-ui";
import { isTerminal } from "#lib/domain/job";
import type { Overview } from "#lib/protocol/runners";
import { StatusIcon } from "../_ui/badge";
import { useDuration } from "../_ui/format";
import { Progress } from "../_ui/progress";
import { useOperation } from "./query";
import { useWorkspace } from "./workspace";

export type OverviewJob = Overview["jobs"][number];

/** What a job is doing, in one line: “Training, epoch 3 of 12”. */
export function useJobSentence(): (job: Pick<OverviewJob, "status" | "progress">) => string {
  const t = useTranslations("common");
  return ({ status, progress }) => {
    if (status !== "running" || !progress) return t(`statuses.${status}`);
    const phase = t(`phases.${progress.phase}`);
    if (progress.epoch === null || progress.epochs === null) return phase;
    return `${phase}, ${t("epochOf", { epoch: progress.epoch + 1, epochs: progress.epochs })}`;
  };
}

/** The jobs under way, from every page. */
export function RunningJobs() {
  const t = useTranslations("frame");
  const tc = useTranslations("common");
  const { paths } = useWorkspace();
  const format = useFormatter();
  const duration = useDuration();
  const sentence = useJobSentence();
  const overview = useOperation("overview.show", {}, { refetchIntervalMs: 30_000 });
  const jobs = overview.data?.jobs.filter((job) => !isTerminal(job.status)) ?? [];
  if (jobs.length === 0) return null;
  const first = jobs.find((job) => job.status === "running") ?? jobs[0]!;
  return (
    <Popover.Root>
      <Popover.Trigger
        aria-label={t("runningJobs", { count: jobs.length })}
        className="flex h-7 items-center gap-2 rounded-md px-2 text-sm text-ink-muted transition-colors duration-100 hover:bg-hover hover:text-ink data-[state=open]:bg-hover"
      >
        <LoaderCircle aria-hidden className="motion-spin size-3.5 text-running" />
        <span className="nums max-sm:hidden">{t("runningJobs", { count: jobs.length })}</span>
        <span className="nums min-w-8 text-right">{first.progress ? format.number(first.progress.fraction, { style: "percent" }) : ""}</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content align="end" sideOffset={6} collisionPadding={8} className="motion-pop z-60 w-80 rounded-md border border-line bg-raised p-1 shadow-pop">
          <ul>
            {jobs.map((job) => (
              <li key={job.job}>
                <Popover.Close asChild>
                  <Link href={paths.job(job.job)} className="flex flex-col gap-1 rounded-sm px-2 py-2 hover:bg-hover">
                    <span className="flex items-center gap-2">
                      <StatusIcon status={job.status} className="size-3.5" />
                      <span className="min-w-0 flex-1 truncate text-base font-medium">{job.name}</span>
                      <span className="text-sm text-ink-muted">{tc(`jobKinds.${job.kind}`)}</span>
                    </span>
                    <span className="nums flex items-baseline justify-between gap-3 text-sm text-ink-muted">
                      <span className="truncate">{sentence(job)}</span>
                      {job.progress?.remainingMs != null && <span className="shrink-0">{tc("left", { duration: duration(job.progress.remainingMs) })}</span>}
                    </span>
                    <Progress fraction={job.progress?.fraction ?? 0} label={job.name} />
                  </Link>
                </Popover.Close>
              </li>
            ))}
          </ul>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
