"use client";

import { Box, Database, RotateCcw, Square } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Badge, Button, ConfirmDialog, ErrorState, LinkButton, Page, PageHeader, Skeleton, StatusBadge } from "#app/ui";
import { useAction, useLive, useOperation, useWorkspace } from "#app/frame";
import { isTerminal } from "#lib/domain/job";
import type { Job } from "#lib/protocol/jobs";
import { againPath } from "./again-path";
import { JobFacts } from "./job-facts";
import { JobLog } from "./job-log";
import { JobOutcome } from "./job-outcome";
import { MetricCharts } from "./metric-charts";
import { UnpackFindings } from "./unpack-findings";
import { useJobEvents } from "./use-job-events";

/** How is it going, what happened. */
export function JobPage({ job: id }: { job: string }) {
  const t = useTranslations("jobs");
  const { connected } = useLive();
  const job = useOperation("job.show", { job: id }, { refetchIntervalMs: connected ? 30_000 : 4000 });
  if (job.data) return <Loaded job={job.data} />;
  return (
    <Page>
      <PageHeader title={t("fact.job")} />
      {job.error ? (
        <ErrorState error={job.error} onRetry={() => void job.refetch()} />
      ) : (
        <div role="status" aria-busy="true" className="flex flex-col gap-5">
          <Skeleton className="h-20 w-full rounded-md" />
          <div className="grid gap-3 md:grid-cols-2">
            <Skeleton className="h-80 rounded-md" />
            <Skeleton className="h-80 rounded-md" />
          </div>
        </div>
      )}
    </Page>
  );
}

function Loaded({ job }: { job: Job }) {
  const t = useTranslations("jobs");
  const tc = useTranslations("common");
  const ended = isTerminal(job.status);
  const events = useJobEvents(job.job, ended);
  return (
    <Page kind="work" className="pb-16">
      <PageHeader
        title={job.name}
        badge={
          <>
            <StatusBadge status={job.status} />
            <Badge>{tc(`jobKinds.${job.kind}`)}</Badge>
          </>
        }
        actions={<Actions job={job} />}
      />
      <div className="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="flex min-w-0 flex-col gap-6">
          <JobOutcome job={job} log={events.log} />
          {job.kind === "unpack-archive" && <UnpackFindings job={job} />}
          {job.kind !== "import-dataset" && job.kind !== "unpack-archive" && <MetricCharts log={events.log} job={job.job} name={job.name} waiting={!ended} reading={events.reading} />}
          <JobLog events={events} ended={ended} fileName={`${job.name}-${job.job.slice(0, 8)}`} />
        </div>
        <aside aria-label={t("tabs.facts")} className="min-w-0">
          <JobFacts job={job} />
        </aside>
      </div>
    </Page>
  );
}

/** One of them is the primary one: stop while it runs, then what to do with what came out. */
function Actions({ job }: { job: Job }) {
  const t = useTranslations("jobs");
  const { paths, may } = useWorkspace();
  const cancel = useAction("job.cancel", ["job.show", "job.list"]);
  const [asking, setAsking] = useState(false);
  const again = againPath(paths.newAutoLearn(), job);
  if (!isTerminal(job.status)) {
    if (!may("editor")) return null;
    return (
      <>
        <Button icon={<Square aria-hidden />} disabled={job.status === "stopping"} onClick={() => setAsking(true)}>
          {t("stop")}
        </Button>
        <ConfirmDialog open={asking} onOpenChange={setAsking} title={t("stopTitle", { name: job.name })} action={t("stopAction")} onConfirm={() => cancel.mutateAsync({ job: job.job })}>
          {whatIsLost()}
        </ConfirmDialog>
      </>
    );
  }
  const { model, dataset } = job.result ?? {};
  return (
    <>
      {again && may("editor") && (
        <LinkButton kind={model ? "secondary" : "primary"} icon={<RotateCcw aria-hidden />} href={again}>
          {t("again")}
        </LinkButton>
      )}
      {model && (
        <LinkButton kind="primary" icon={<Box aria-hidden />} href={paths.model(model)}>
          {t("openModel")}
        </LinkButton>
      )}
      {dataset && !model && (
        <LinkButton kind="primary" icon={<Database aria-hidden />} href={paths.dataset(dataset)}>
          {t("openDataset")}
        </LinkButton>
      )}
    </>
  );

  function whatIsLost(): string {
    if (job.status === "queued") return t("stopQueued");
    if (job.kind === "import-dataset") return t("stopImport");
    if (job.kind === "unpack-archive") return t("stopUnpack");
    const early = !job.progress || job.progress.epoch === null || job.progress.epoch === 0;
    return job.kind === "auto-learn" && early && job.progress?.phase !== "evaluating" && job.progress?.phase !== "saving" ? `${t("stopLearn")} ${t("stopLearnEarly")}` : t("stopLearn");
  }
}
