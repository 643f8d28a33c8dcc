"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";
import { useCallback, useMemo } from "react";
import { Badge, DataTable, ErrorState, Section, type Column } from "#app/ui";
import { useWorkspace } from "#app/frame";
import { DownloadMenu } from "#app/charts";
import { leftOutCodes, remarkCodes, type UnpackFinding } from "#lib/domain/archive";
import { isTerminal } from "#lib/domain/job";
import type { Job } from "#lib/protocol/jobs";
import type { Client } from "#lib/sdk/client";
import { everyItem } from "#lib/sdk/every-item";

const codes = [...leftOutCodes, ...remarkCodes];

/** What an unpacking left out, and what it took with a remark, each with its reason. */
export function UnpackFindings({ job }: { job: Job }) {
  const t = useTranslations("jobs.unpack");
  const locale = useLocale();
  const { client, slug } = useWorkspace();
  const ended = isTerminal(job.status);
  const pages = useInfiniteQuery({
    queryKey: [slug, "archive.findings", job.job, ended],
    queryFn: ({ pageParam }) => client.call("archive.findings", { job: job.job, limit: 200, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    enabled: ended,
  });
  const rows = useMemo(() => pages.data?.pages.flatMap(({ items }, page) => items.map((item, index) => ({ ...item, id: `${page}-${index}` }))), [pages.data]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  const onEndReached = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const columns = useMemo<Column<UnpackFinding & { id: string }>[]>(
    () => [
      { key: "name", header: t("name"), cell: ({ name }) => <bdi title={name}>{name}</bdi>, sort: ({ name }) => name, width: "minmax(12rem,1fr)", phone: "title" },
      { key: "taken", header: t("what"), cell: ({ taken }) => <Badge>{taken ? t("taken") : t("leftOut")}</Badge>, sort: ({ taken }) => Number(taken), width: "8rem" },
      // The server's own words add figures; they are English, and the reason is said in the page's language before them.
      { key: "code", header: t("reason"), cell: ({ code, reason }) => <span title={reason}>{t(`codes.${code}`)}</span>, sort: ({ code }) => code, width: "minmax(14rem,1.4fr)", phone: locale === "en" ? "fact" : undefined },
    ],
    [t, locale],
  );
  if (!ended || rows?.length === 0) return null;
  return (
    <Section title={t("title")}>
      <p className="mb-3 max-w-[72ch] text-base text-ink-muted">{t("hint")}</p>
      {pages.error && !rows ? (
        <ErrorState error={pages.error} onRetry={() => void pages.refetch()} />
      ) : (
        <DataTable
          label={t("title")}
          rows={rows}
          rowKey={({ id }) => id}
          columns={columns}
          search={{ label: t("search"), text: ({ name }) => name }}
          filters={[{ key: "code", label: t("reason"), options: codes.map((code) => ({ value: code, label: t(`codes.${code}`) })), match: (finding, code) => finding.code === code }]}
          toolbar={
            <DownloadMenu
              fileName={`${job.name}-left-out`}
              label={t("title")}
              table={async () => ({ header: ["name", "taken", "code", "reason"], rows: (await allFindings(client, job.job)).map(({ name, taken, code, reason }) => [name, taken, code, reason]) })}
              value={() => allFindings(client, job.job)}
            />
          }
          onEndReached={onEndReached}
          empty={null}
        />
      )}
    </Section>
  );
}

function allFindings(client: Client, job: string): Promise<UnpackFinding[]> {
  return everyItem((cursor) => client.call("archive.findings", { job, limit: 1000, cursor }));
}
