"use client";

import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { CliHint, CopyId, KeyValue, RelativeTime, Section } from "#app/ui";
import { DownloadMenu } from "#app/charts";
import { useOperation, useWorkspace } from "#app/frame";
import { isTerminal, maxAttempts } from "#lib/domain/job";
import { unpackRequest } from "#lib/protocol/archives";
import { autoLearnRequest, type Job } from "#lib/protocol/jobs";
import { commands } from "../../_commands/command-line";
import { JobDuration } from "../job-table";

/** What the job was asked to do, where it ran, and the command lines that do the same. */
export function JobFacts({ job }: { job: Job }) {
  const t = useTranslations("jobs.fact");
  const tj = useTranslations("jobs");
  const tc = useTranslations("common");
  const { paths } = useWorkspace();
  const runners = useOperation("runner.list", {}, { enabled: job.runner !== null });
  const engine = runners.data?.find((runner) => runner.name === job.runner)?.info?.engine;
  const again = commandOf(job);
  const items: { label: ReactNode; value: ReactNode }[] = [
    { label: t("kind"), value: tc(`jobKinds.${job.kind}`) },
    { label: t("dataset"), value: job.dataset && <PageLink href={paths.dataset(job.dataset)}>{job.dataset}</PageLink> },
    ...useParameters(job),
    { label: t("runner"), value: job.runner && <PageLink href={paths.runners}>{job.runner}</PageLink> },
    { label: t("engine"), value: engine && <span title={engine.reason}>{engine.name}</span> },
    { label: t("attempt"), value: job.attempt > 0 ? t("attempts", { attempt: job.attempt, most: maxAttempts }) : null },
    { label: t("created"), value: <RelativeTime atMs={job.createdAtMs} /> },
    { label: t("started"), value: job.startedAtMs && <RelativeTime atMs={job.startedAtMs} /> },
    { label: t("ended"), value: job.endedAtMs && <RelativeTime atMs={job.endedAtMs} /> },
    { label: t("duration"), value: job.startedAtMs && <JobDuration job={job} /> },
    { label: t("stopReason"), value: job.stopReason && tc(`stopReasons.${job.stopReason}`) },
    { label: t("job"), value: <CopyId id={job.job} thing={t("job")} /> },
  ];
  return (
    <div className="flex min-w-0 flex-col gap-6">
      <Section title={tj("tabs.facts")} actions={<DownloadMenu fileName={`job-${job.job}`} label={tj("tabs.facts")} value={() => job} />}>
        <KeyValue items={items} />
      </Section>
      <div className="flex min-w-0 flex-col gap-4">
        <CliHint wrap title={tj("cli.follow")} command={commands.jobLogs(job.job, !isTerminal(job.status))} />
        {!isTerminal(job.status) && <CliHint wrap title={tj("cli.stop")} command={commands.jobCancel(job.job)} />}
        {again && <CliHint wrap title={tj("cli.again")} command={again} />}
      </div>
    </div>
  );
}

export function PageLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} className="rounded-sm text-accent-ink underline decoration-accent-line underline-offset-2 hover:decoration-current">
      {children}
    </Link>
  );
}

function useParameters(job: Job): { label: ReactNode; value: ReactNode }[] {
  const t = useTranslations("jobs.fact");
  const { paths } = useWorkspace();
  const format = useFormatter();
  if (job.kind === "import-dataset") {
    const { bucket, prefix } = job.params;
    if (typeof bucket !== "string" || typeof prefix !== "string") return [];
    return [{ label: t("source"), value: <PageLink href={paths.bucket(bucket, prefix)}>{`${bucket}/${prefix}`}</PageLink> }];
  }
  const unpacking = unpackRequest.safeParse(job.params);
  if (job.kind === "unpack-archive" && unpacking.success) {
    const { bucket, key, targetBucket, prefix } = unpacking.data;
    return [
      { label: t("archive"), value: <PageLink href={paths.bucket(bucket, key.slice(0, key.lastIndexOf("/") + 1))}>{`${bucket}/${key}`}</PageLink> },
      { label: t("unpackedTo"), value: <PageLink href={paths.bucket(targetBucket, prefix)}>{`${targetBucket}/${prefix}`}</PageLink> },
    ];
  }
  const request = autoLearnRequest.safeParse(job.params);
  if (job.kind !== "auto-learn" || !request.success) {
    return Object.entries(job.params).map(([name, value]) => ({ label: name, value: <code className="text-sm">{typeof value === "string" ? value : JSON.stringify(value)}</code> }));
  }
  const { preset, imageSize, epochs, maxMinutes, pretrained, seed } = request.data;
  const automatic = <span className="text-ink-muted">{t("automatic")}</span>;
  return [
    { label: t("preset"), value: preset.replace("resnet", "ResNet-") },
    { label: t("imageSize"), value: imageSize === null ? automatic : `${format.number(imageSize)} px` },
    { label: t("epochs"), value: epochs === null ? automatic : format.number(epochs) },
    { label: t("budget"), value: t("minutes", { minutes: maxMinutes }) },
    { label: t("pretrained"), value: pretrained ?? <span className="text-ink-muted">{t("scratch")}</span> },
    { label: t("seed"), value: seed },
  ];
}

/** The line that starts the same job again; null where there is none. */
function commandOf(job: Job): string | null {
  if (job.kind === "auto-learn") {
    const request = autoLearnRequest.safeParse(job.params);
    return request.success ? commands.autoLearn(request.data) : null;
  }
  const unpacking = unpackRequest.safeParse(job.params);
  if (job.kind === "unpack-archive" && unpacking.success) return commands.unpack(unpacking.data);
  const { dataset, bucket, prefix } = job.params;
  if (job.kind !== "import-dataset" || typeof dataset !== "string" || typeof bucket !== "string" || typeof prefix !== "string") return null;
  return commands.datasetCreate({ dataset, bucket, prefix });
}
