"use client";

import { useLocale, useTranslations } from "next-intl";
import { useCallback, useMemo } from "react";
import { Badge, DataTable, ErrorState, Note, type Column } from "#app/ui";
import { useWorkspace } from "#app/frame";
import { DownloadMenu } from "#app/charts";
import { rejectionCodes } from "#lib/domain/dataset";
import type { DatasetVersion, Rejection } from "#lib/protocol/datasets";
import { allRejections, useRejections } from "./use-pages";

/** Files that were left out, each with the reason. */
export function RejectedFiles({ version: { dataset, version, prefix, rejected } }: { version: DatasetVersion }) {
  const t = useTranslations("datasets");
  const locale = useLocale();
  const { client } = useWorkspace();
  const files = useRejections(dataset, version);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = files;
  const onEndReached = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const columns = useMemo<Column<Rejection>[]>(
    () => [
      { key: "key", header: t("file"), cell: (file) => <span title={file.key}>{file.key.slice(prefix.length)}</span>, sort: (file) => file.key, width: "minmax(12rem,1fr)", phone: "title" },
      { key: "code", header: t("why"), cell: (file) => <Badge>{t(`rejection.${file.code}`)}</Badge>, sort: (file) => file.code, width: "11rem" },
      // The server's own words add figures; they are English, and the reason beside them is said in the page's language.
      { key: "reason", header: t("details"), cell: (file) => <span lang="en" title={file.reason} className="text-ink-muted sm:inline-block sm:first-letter:uppercase">{file.reason}</span>, width: "minmax(12rem,1.2fr)", phone: locale === "en" ? "fact" : "hidden" },
    ],
    [t, prefix, locale],
  );
  if (rejected === 0) return <Note title={t("rejectedNone")}>{t("rejectedNoneText")}</Note>;
  if (files.error && !files.data) return <ErrorState error={files.error} onRetry={() => void files.refetch()} />;
  return (
    <div className="flex flex-col gap-3">
      <p className="max-w-[72ch] text-base text-ink-muted">{t("rejectedText")}</p>
      <DataTable
        label={t("tab.rejected")}
        rows={files.data}
        rowKey={(file) => file.key}
        columns={columns}
        search={{ label: t("searchFiles"), text: (file) => `${file.key} ${file.reason}` }}
        filters={[{ key: "code", label: t("why"), options: rejectionCodes.map((code) => ({ value: code, label: t(`rejection.${code}`) })), match: (file, code) => file.code === code }]}
        toolbar={
          <DownloadMenu
            fileName={`${dataset}-${version}-left-out`}
            label={t("tab.rejected")}
            table={async () => ({ header: ["key", "code", "reason"], rows: (await allRejections(client, dataset, version)).map((file) => [file.key, file.code, file.reason]) })}
            value={() => allRejections(client, dataset, version)}
          />
        }
        onEndReached={onEndReached}
        empty={<Note>{t("rejectedNoneText")}</Note>}
      />
    </div>
  );
}
