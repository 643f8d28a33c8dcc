"use client";

import { Ellipsis, GitCompare, Plus, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import { Badge, Button, Bytes, CliHint, CopyId, DataTable, EmptyState, ErrorState, IconButton, Menu, Num, Page, PageHeader, RelativeTime, StatusBadge, type Column } from "#app/ui";
import { useOperation, useWorkspace } from "#app/frame";
import { DownloadMenu } from "#app/charts";
import type { DatasetVersion } from "#lib/protocol/datasets";
import { commands } from "../../_commands/command-line";
import { CreateDatasetDialog } from "../_create/create-dataset-dialog";
import { useCreateDialog } from "../_create/use-create-dialog";
import { DeleteDatasetDialog } from "../datasets-page";
import { DeleteVersionDialog } from "./[version]/version-menu";

/** A dataset's versions, each frozen. */
export function DatasetPage({ dataset: name }: { dataset: string }) {
  const t = useTranslations("datasets");
  const tc = useTranslations("common");
  const router = useRouter();
  const { paths, may } = useWorkspace();
  const dataset = useOperation("dataset.show", { dataset: name });
  const create = useCreateDialog();
  const [deleting, setDeleting] = useState(false);
  const [doomed, setDoomed] = useState<DatasetVersion | null>(null);
  const columns = useColumns();
  const versions = dataset.data?.versions;
  const newest = versions?.[0];

  return (
    <Page>
      <PageHeader
        title={name}
        text={t("versionsText")}
        actions={
          <>
            {may("owner") && (
              <Menu items={[{ label: t("delete.action"), icon: <Trash2 aria-hidden />, danger: true, onSelect: () => setDeleting(true) }]}>
                <IconButton label={tc("moreActions")} tooltip={false} kind="secondary">
                  <Ellipsis aria-hidden />
                </IconButton>
              </Menu>
            )}
            {may("editor") && (
              <Button kind="primary" icon={<Plus aria-hidden />} onClick={() => create.show({ dataset: name, bucket: newest?.bucket, prefix: newest?.prefix })}>
                {t("newVersion")}
              </Button>
            )}
          </>
        }
      />
      {dataset.error && !dataset.data ? (
        <ErrorState error={dataset.error} onRetry={() => void dataset.refetch()} />
      ) : (
        <div className="flex flex-col gap-6">
          <DataTable
            label={t("versions")}
            rows={versions}
            rowKey={(version) => String(version.version)}
            columns={columns}
            defaultSort="-version"
            selection={{
              name: (version) => `@${version.version}`,
              actions: (rows, clear) => {
                const [older, newer] = [...rows].sort((a, b) => a.version - b.version);
                return rows.length === 2 && older && newer ? (
                  <Button size="sm" icon={<GitCompare aria-hidden />} onClick={() => { clear(); router.push(paths.datasetDiff(`${name}@${newer.version}`, older.version)); }}>
                    {t("compare")}
                  </Button>
                ) : (
                  <span className="px-2 text-sm text-ink-muted">{t("compareTwo")}</span>
                );
              },
            }}
            rowMenu={(version) => [
              ...(version.version > 1 ? [{ type: "link" as const, label: t("comparePrevious", { version: version.base ?? version.version - 1 }), icon: <GitCompare aria-hidden />, href: paths.datasetDiff(`${name}@${version.version}`, version.base ?? version.version - 1) }] : []),
              ...(may("editor") ? [{ label: t("deleteVersion.action"), icon: <Trash2 aria-hidden />, danger: true, disabled: version.publishedAtMs !== null, onSelect: () => setDoomed(version) }] : []),
            ]}
            href={(version) => paths.dataset(`${version.dataset}@${version.version}`)}
            search={{ label: t("searchVersions"), text: (version) => `${version.version} ${version.name ?? ""} ${version.createdBy ?? ""} ${version.bucket}/${version.prefix} ${version.digest ?? ""}` }}
            toolbar={<DownloadMenu fileName={name} label={t("versions")} table={() => versionTable(versions ?? [])} value={() => versions ?? []} />}
            empty={<EmptyState title={t("empty.title")} lines={[t("empty.upload"), t("empty.create"), t("empty.check")]} />}
          />
          <CliHint command={commands.datasetShow(name)} />
        </div>
      )}
      <DeleteVersionDialog version={doomed} onClose={() => setDoomed(null)} />
      <CreateDatasetDialog />
      <DeleteDatasetDialog dataset={deleting ? name : null} versions={versions?.length ?? 0} onClose={() => setDeleting(false)} onDeleted={() => router.push(paths.datasets)} />
    </Page>
  );
}

function useColumns(): Column<DatasetVersion>[] {
  const t = useTranslations("datasets");
  const tc = useTranslations("common");
  return useMemo(
    () => [
      { key: "version", header: t("version"), sort: (version) => version.version, width: "minmax(7rem,1fr)", phone: "title",
        cell: (version) => (
          <span className="inline-flex min-w-0 items-center gap-1.5">
            {`@${version.version}`}
            {version.name && <span className="truncate font-normal text-ink-muted">{version.name}</span>}
            {version.publishedAtMs !== null && <Badge>{t("published")}</Badge>}
          </span>
        ) },
      { key: "status", header: tc("status"), cell: (version) => <StatusBadge status={version.status} plain />, sort: (version) => version.status, width: "7rem" },
      { key: "samples", header: t("samples"), cell: (version) => <Num value={version.samples} />, sort: (version) => version.samples, align: "right", width: "6rem" },
      { key: "labels", header: t("labels"), cell: (version) => <Num value={version.labels.length} />, sort: (version) => version.labels.length, align: "right", width: "5rem", phone: "hidden" },
      { key: "rejected", header: t("rejected"), cell: (version) => <Num value={version.rejected} />, sort: (version) => version.rejected, align: "right", width: "6rem", phone: "hidden" },
      { key: "size", header: tc("size"), cell: (version) => <Bytes value={version.sizeBytes} />, sort: (version) => version.sizeBytes, align: "right", width: "6rem" },
      { key: "source", header: t("source"), cell: (version) => <span className="text-ink-muted">{`${version.bucket}/${version.prefix}`}</span>, width: "minmax(8rem,1.4fr)", phone: "hidden" },
      { key: "digest", header: t("digest"), cell: (version) => (version.digest ? <CopyId id={version.digest} shown={12} thing={t("digest")} /> : "–"), width: "11rem", phone: "hidden" },
      { key: "by", header: t("by"), cell: (version) => <span className="text-ink-muted">{version.createdBy ?? "–"}</span>, sort: (version) => version.createdBy ?? "", width: "8rem", phone: "hidden" },
      { key: "created", header: tc("created"), cell: (version) => <RelativeTime atMs={version.createdAtMs} />, sort: (version) => version.createdAtMs, align: "right", width: "8rem" },
    ],
    [t, tc],
  );
}

function versionTable(versions: readonly DatasetVersion[]) {
  return {
    header: ["version", "status", "samples", "labels", "rejected", "size_bytes", "bucket", "prefix", "digest", "created"],
    rows: versions.map((v) => [v.version, v.status, v.samples, v.labels.length, v.rejected, v.sizeBytes, v.bucket, v.prefix, v.digest, new Date(v.createdAtMs).toISOString()]),
  };
}
