"use client";

import { Archive, Plug, Plus, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import type { Bucket } from "#lib/protocol/buckets";
import { Button, Bytes, CliHint, DataTable, EmptyState, ErrorState, Num, Page, PageHeader, RelativeTime, useUrlState, type Column } from "#app/ui";
import { useOperation, useWorkspace } from "#app/frame";
import { CreateBucketDialog } from "./create-bucket-dialog";
import { DeleteBucketDialog } from "./delete-bucket-dialog";
import { S3Dialog } from "./_s3/s3-connection";

export function BucketsPage() {
  const t = useTranslations("buckets");
  const tc = useTranslations("common");
  const router = useRouter();
  const { paths, may } = useWorkspace();
  const buckets = useOperation("bucket.list", {});
  const [creating, setCreating] = useUrlState("new");
  const [deleting, setDeleting] = useState<Bucket | null>(null);
  const [connecting, setConnecting] = useState<string | null>(null);

  const columns = useMemo<Column<Bucket>[]>(
    () => [
      {
        key: "bucket",
        header: tc("name"),
        width: "minmax(12rem,2fr)",
        sort: (row) => row.bucket,
        cell: (row) => (
          <span className="inline-flex items-center gap-2">
            <Archive aria-hidden className="size-4 shrink-0 text-ink-faint" />
            {row.bucket}
          </span>
        ),
      },
      {
        key: "objects",
        header: t("objects"),
        width: "minmax(6rem,10rem)",
        align: "right",
        sort: (row) => row.objects,
        cell: (row) => (
          <>
            <Num value={row.objects} />
            <span className="sm:sr-only"> {t("objectsUnit", { count: row.objects })}</span>
          </>
        ),
      },
      { key: "size", header: tc("size"), width: "minmax(6rem,10rem)", align: "right", sort: (row) => row.sizeBytes, cell: (row) => <Bytes value={row.sizeBytes} /> },
      { key: "created", header: tc("created"), width: "minmax(8rem,12rem)", align: "right", sort: (row) => row.createdAtMs, cell: (row) => <RelativeTime atMs={row.createdAtMs} /> },
    ],
    [t, tc],
  );

  const create = (
    <Button kind="primary" icon={<Plus aria-hidden />} onClick={() => setCreating("1")} disabled={!may("editor")} title={may("editor") ? undefined : tc("viewOnly")}>
      {t("create.open")}
    </Button>
  );

  return (
    <Page>
      <PageHeader title={t("title")} text={t("text")} actions={buckets.data?.length === 0 ? null : create} />
      {buckets.error && !buckets.data ? (
        <ErrorState error={buckets.error} onRetry={() => void buckets.refetch()} />
      ) : (
        <DataTable
          label={t("title")}
          rows={buckets.data}
          rowKey={bucketKey}
          columns={columns}
          defaultSort="bucket"
          search={bucketSearch(t("search"))}
          href={(row) => paths.bucket(row.bucket)}
          rowMenu={(row) => [
            { label: tc("open"), icon: <Archive aria-hidden />, onSelect: () => router.push(paths.bucket(row.bucket)) },
            { label: t("s3.open"), icon: <Plug aria-hidden />, onSelect: () => setConnecting(row.bucket) },
            { type: "line" },
            { label: t("delete.open"), icon: <Trash2 aria-hidden />, danger: true, disabled: !may("owner"), onSelect: () => setDeleting(row) },
          ]}
          empty={
            <EmptyState
              icon={<Archive />}
              title={t("empty.title")}
              lines={[t("empty.line1"), t("empty.line2"), t("empty.line3")]}
              action={create}
              command="npx lathe bucket create photos"
            />
          }
        />
      )}
      {Boolean(buckets.data?.length) && (
        <div className="mt-6 max-w-2xl">
          <CliHint command="npx lathe bucket ls" />
        </div>
      )}
      <CreateBucketDialog open={creating === "1"} onOpenChange={(open) => setCreating(open ? "1" : "")} />
      {deleting && <DeleteBucketDialog bucket={deleting} open onOpenChange={(open) => !open && setDeleting(null)} />}
      {connecting !== null && <S3Dialog bucket={connecting} open onOpenChange={(open) => !open && setConnecting(null)} />}
    </Page>
  );
}

const bucketKey = (row: Bucket) => row.bucket;
const bucketSearch = (label: string) => ({ label, text: bucketKey });
