"use client";

import { Cpu } from "lucide-react";
import { useTranslations } from "next-intl";
import { useMemo } from "react";
import { Card, CliHint, EmptyState, ErrorState, Page, PageHeader, SearchInput, Skeleton, useUrlState } from "#app/ui";
import { useOperation } from "#app/frame";
import { RunnerCard, type Running } from "./runner-card";

/** What have I got: each runner's engine, slots and load, and what runs there. */
export function RunnersPage() {
  const t = useTranslations("runners");
  const runners = useOperation("runner.list", {}, { refetchIntervalMs: 5000 });
  const jobs = useOperation("job.list", { status: "running", limit: 100 }, { refetchIntervalMs: 10_000 });
  const endpoints = useOperation("endpoint.list", {});
  const [search, setSearch] = useUrlState("q");

  const running = useMemo<Running>(
    () => ({
      jobs: new Map(jobs.data?.items.map((job) => [job.job, { name: job.name, kind: job.kind }])),
      endpoints: new Map(endpoints.data?.flatMap((endpoint) => endpoint.deployments.map((each) => [each.id, { endpoint: endpoint.endpoint, model: each.model }]))),
    }),
    [jobs.data, endpoints.data],
  );
  const shown = runners.data
    ?.filter((runner) => runner.name.toLowerCase().includes(search.trim().toLowerCase()))
    .sort((a, b) => Number(b.online) - Number(a.online) || a.name.localeCompare(b.name));

  return (
    <Page>
      <PageHeader title={t("title")} text={t("text")} />
      {runners.error && !runners.data ? (
        <ErrorState error={runners.error} onRetry={() => void runners.refetch()} />
      ) : shown === undefined ? (
        <Card>
          <div role="status" aria-busy="true" aria-label={t("title")} className="flex flex-col gap-3">
            <Skeleton className="h-5 w-48" />
            <Skeleton className="h-3.5 w-80" />
            <Skeleton className="h-24 w-full" />
          </div>
        </Card>
      ) : runners.data?.length === 0 ? (
        <EmptyState icon={<Cpu />} title={t("empty.title")} lines={[t("empty.line1"), t("empty.line2"), t("empty.line3")]} command="npm start" />
      ) : (
        <div className="flex flex-col gap-4">
          {(runners.data?.length ?? 0) > 4 && <SearchInput label={t("search")} value={search} onValueChange={setSearch} className="w-full sm:w-64" />}
          {shown.map((runner) => (
            <RunnerCard key={runner.name} runner={runner} running={running} />
          ))}
          <div className="mt-2 max-w-2xl">
            <CliHint title={t("cli")} command="npx lathe job ls" />
          </div>
        </div>
      )}
    </Page>
  );
}
