"use client";

import { useTranslations } from "next-intl";
import { Bytes, ErrorState, Num, Page, PageHeader, Skeleton, Stat, StatRow } from "#app/ui";
import { useOperation, useWorkspace } from "#app/frame";
import { Checklist, ChecklistSkeleton } from "./checklist";
import { ComputeCard } from "./compute-card";
import { EndpointsCard } from "./endpoints-card";
import { JobsCard } from "./jobs-card";

/** What is going on, what next. */
export function OverviewPage() {
  const t = useTranslations("overview");
  const { workspace } = useWorkspace();
  const overview = useOperation("overview.show", {}, { refetchIntervalMs: 30_000 });

  if (overview.error && !overview.data) {
    return (
      <Page>
        <PageHeader title={workspace.name} />
        <ErrorState error={overview.error} onRetry={() => void overview.refetch()} />
      </Page>
    );
  }
  const data = overview.data;
  return (
    <Page>
      <PageHeader title={workspace.name} text={t("text")} />
      <div className="flex flex-col gap-6">
        {data ? <Checklist checklist={data.checklist} /> : <ChecklistSkeleton />}
        <StatRow>
          <Stat label={t("stored")} value={data ? <Bytes value={data.storedBytes} /> : <Skeleton className="h-7 w-20" />} text={data ? t("inObjects", { count: data.storedObjects }) : <Skeleton className="h-3.5 w-24" />} />
          {(["datasets", "jobs", "models", "endpoints"] as const).map((what) => (
            <Stat
              key={what}
              label={t(`count.${what}`)}
              value={data ? <Num value={data.counts[what]} /> : <Skeleton className="h-7 w-8" />}
              text={data ? t(`countText.${what}`) : <Skeleton className="h-3.5 w-24" />}
            />
          ))}
        </StatRow>
        <div className="grid gap-6 lg:grid-cols-[minmax(0,1.7fr)_minmax(0,1fr)]">
          <JobsCard jobs={data?.jobs} />
          <div className="flex min-w-0 flex-col gap-6">
            <EndpointsCard />
            <ComputeCard />
          </div>
        </div>
      </div>
    </Page>
  );
}
