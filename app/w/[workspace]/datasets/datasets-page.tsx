"use client";

import { Database, Plus, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import { Button, Bytes, ConfirmDialog, DataTable, EmptyState, ErrorState, Num, Page, PageHeader, RelativeTime, StatusBadge, type Column } from "#app/ui";
import { useAction, useOperation, useWorkspace } from "#app/frame";
import { DownloadMenu } from "#app/charts";
import { datasetVersionStatuses } from "#lib/domain/dataset";
import type { Dataset } from "#lib/protocol/datasets";
import { CreateDatasetDialog } from "./_create/create-dataset-dialog";
import { useCreateDialog } from "./_create/use-create-dialog";

/** Which datasets there are, with their newest version. */
export function DatasetsPage() {
  const t = useTranslations("datasets");
  const tc = useTranslations("common");
  const { paths, may } = useWorkspace();
  const datasets = useOperation("dataset.list", {});
  const create = useCreateDialog();
  const columns = useColumns();
  const newDataset = may("editor") && (
    <Button kind="primary" icon={<Plus aria-hidden />} onClick={() => create.show()}>
      {t("new")}
    </Button>
  );
  const [doomed, setDoomed] = useState<Dataset | null>(null);

  return (
    <Page>
      <PageHeader title={t("list")} text={t("text")} actions={datasets.data?.length === 0 ? null : newDataset} />
      {datasets.error && !datasets.data ? (
        <ErrorState error={datasets.error} onRetry={() => void datasets.refetch()} />
      ) : (
        <DataTable
          label={t("list")}
          rows={datasets.data}
          rowKey={(dataset) => dataset.dataset}
          columns={columns}
          defaultSort="-created"
          search={{ label: t("search"), text: (dataset) => `${dataset.dataset} ${dataset.latest?.bucket ?? ""}/${dataset.latest?.prefix ?? ""}` }}
          filters={[
            {
              key: "status",
              label: tc("status"),
              options: datasetVersionStatuses.map((status) => ({ value: status, label: tc(`statuses.${status}`) })),
              match: (dataset, status) => dataset.latest?.status === status,
            },
          ]}
          href={(dataset) => (dataset.versions === 1 && dataset.latest ? paths.dataset(`${dataset.dataset}@${dataset.latest.version}`) : paths.dataset(dataset.dataset))}
          rowMenu={
            may("owner")
              ? (dataset) => [
                  { label: t("newVersion"), icon: <Plus aria-hidden />, onSelect: () => create.show({ dataset: dataset.dataset, bucket: dataset.latest?.bucket, prefix: dataset.latest?.prefix }) },
                  { type: "line" },
                  { label: tc("delete"), icon: <Trash2 aria-hidden />, danger: true, onSelect: () => setDoomed(dataset) },
                ]
              : undefined
          }
          toolbar={<DownloadMenu fileName="datasets" label={t("list")} table={() => datasetTable(datasets.data ?? [])} value={() => datasets.data ?? []} />}
          empty={
            <EmptyState
              icon={<Database aria-hidden />}
              title={t("empty.title")}
              lines={[t("empty.upload"), t("empty.create"), t("empty.check")]}
              action={newDataset}
              command="npx lathe dataset create food --from s3://photos/food/"
            />
          }
        />
      )}
      <CreateDatasetDialog />
      <DeleteDatasetDialog dataset={doomed?.dataset ?? null} versions={doomed?.versions ?? 0} onClose={() => setDoomed(null)} />
    </Page>
  );
}

/** Asks for the name: a dataset's versions cannot be had back. */
export function DeleteDatasetDialog({ dataset, versions, onClose, onDeleted }: { dataset: string | null; versions: number; onClose: () => void; onDeleted?: () => void }) {
  const t = useTranslations("datasets");
  const remove = useAction("dataset.delete", ["dataset.list"]);
  return (
    <ConfirmDialog
      open={dataset !== null}
      onOpenChange={(open) => !open && onClose()}
      title={t("delete.title", { dataset: dataset ?? "" })}
      action={t("delete.action")}
      typeName={dataset ?? ""}
      onConfirm={async () => {
        if (dataset === null) return;
        await remove.mutateAsync({ dataset });
        onDeleted?.();
      }}
    >
      {t("delete.text", { count: versions })}
    </ConfirmDialog>
  );
}

function useColumns(): Column<Dataset>[] {
  const t = useTranslations("datasets");
  const tc = useTranslations("common");
  return useMemo(
    () => [
      {
        key: "name", header: tc("name"), sort: (dataset) => dataset.dataset, width: "minmax(10rem,2fr)", phone: "title",
        cell: (dataset) => (
          <>
            {dataset.dataset}
            {dataset.latest && <span className="font-normal text-ink-muted">@{dataset.latest.version}</span>}
          </>
        ),
      },
      { key: "status", header: tc("status"), cell: (dataset) => (dataset.latest ? <StatusBadge status={dataset.latest.status} plain /> : "–"), sort: (dataset) => dataset.latest?.status, width: "7rem" },
      { key: "samples", header: t("samples"), cell: (dataset) => (dataset.latest ? <Num value={dataset.latest.samples} /> : "–"), sort: (dataset) => dataset.latest?.samples, align: "right", width: "6rem", phone: "hidden" },
      { key: "labels", header: t("labels"), cell: (dataset) => (dataset.latest ? <Num value={dataset.latest.labels.length} /> : "–"), sort: (dataset) => dataset.latest?.labels.length, align: "right", width: "5rem", phone: "hidden" },
      { key: "rejected", header: t("rejected"), cell: (dataset) => (dataset.latest ? <Num value={dataset.latest.rejected} /> : "–"), sort: (dataset) => dataset.latest?.rejected, align: "right", width: "6rem", phone: "hidden" },
      { key: "size", header: tc("size"), cell: (dataset) => (dataset.latest ? <Bytes value={dataset.latest.sizeBytes} /> : "–"), sort: (dataset) => dataset.latest?.sizeBytes, align: "right", width: "6rem" },
      { key: "source", header: t("source"), cell: (dataset) => (dataset.latest ? <span className="text-ink-muted">{`${dataset.latest.bucket}/${dataset.latest.prefix}`}</span> : "–"), width: "minmax(8rem,1.4fr)", phone: "hidden" },
      { key: "created", header: tc("created"), cell: (dataset) => <RelativeTime atMs={dataset.latest?.createdAtMs ?? dataset.createdAtMs} />, sort: (dataset) => dataset.latest?.createdAtMs ?? dataset.createdAtMs, align: "right", width: "8rem" },
    ],
    [t, tc],
  );
}

function datasetTable(datasets: readonly Dataset[]) {
  return {
    header: ["dataset", "version", "status", "samples", "labels", "rejected", "size_bytes", "bucket", "prefix", "created"],
    rows: datasets.map(({ dataset, latest, createdAtMs }) => [
      dataset, latest?.version, latest?.status, latest?.samples, latest?.labels.length, latest?.rejected, latest?.sizeBytes, latest?.bucket, latest?.prefix,
      new Date(latest?.createdAtMs ?? createdAtMs).toISOString(),
    ]),
  };
}
