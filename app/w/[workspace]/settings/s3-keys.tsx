"use client";

import { KeyRound, Plus, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import type { S3Key } from "#lib/protocol/s3-keys";
import { Badge, Button, ConfirmDialog, DataTable, EmptyState, ErrorState, RelativeTime, Section, useNow, useToast, type Column } from "#app/ui";
import { useAction, useOperation, useWorkspace } from "#app/frame";
import { CreateS3KeyDialog } from "../buckets/_s3/create-s3-key-dialog";
import { S3Connection } from "../buckets/_s3/s3-connection";

/** Who reaches the object store from outside, and how one does. */
export function S3Keys() {
  const t = useTranslations("settings.s3Keys");
  const connection = useOperation("s3.connection", {});
  return (
    <div className="flex flex-col gap-8">
      {connection.data?.embedded === true && <KeyTable />}
      <Section title={t("connection")}>
        <div className="max-w-2xl">
          <S3Connection />
        </div>
      </Section>
    </div>
  );
}

function KeyTable() {
  const t = useTranslations("settings.s3Keys");
  const tc = useTranslations("common");
  const toast = useToast();
  const { may } = useWorkspace();
  const keys = useOperation("s3-key.list", {});
  const { mutateAsync: revoke } = useAction("s3-key.revoke", ["s3-key.list"]);
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<S3Key | null>(null);

  const columns = useMemo<Column<S3Key>[]>(
    () => [
      {
        key: "label",
        header: t("label"),
        width: "minmax(11rem,1.5fr)",
        sort: (row) => row.label,
        cell: (row) => (
          <span className="flex min-w-0 flex-col py-1">
            <span className="truncate font-medium">{row.label}</span>
            <code className="truncate text-sm text-ink-muted">{row.accessKeyId}</code>
          </span>
        ),
      },
      {
        key: "buckets",
        header: t("buckets"),
        width: "minmax(10rem,2fr)",
        cell: (row) =>
          row.grants.length === 0 ? (
            <span className="text-ink-muted">{t("noneLeft")}</span>
          ) : (
            <span className="flex flex-wrap gap-1 py-1">
              {row.grants.map(({ bucket, access }) => (
                <Badge key={bucket}>
                  {bucket} · {t(`access.${access}`)}
                </Badge>
              ))}
            </span>
          ),
      },
      { key: "by", header: t("createdBy"), width: "minmax(7rem,1fr)", phone: "hidden", sort: (row) => row.createdBy.name, cell: (row) => <span className="truncate">{row.createdBy.name}</span> },
      {
        key: "used",
        header: t("lastUsed"),
        width: "9rem",
        align: "right",
        sort: (row) => row.lastUsedAtMs,
        cell: (row) => (row.lastUsedAtMs === null ? <span className="text-ink-muted">{t("neverUsed")}</span> : <RelativeTime atMs={row.lastUsedAtMs} />),
      },
      { key: "expires", header: t("expires"), width: "9rem", align: "right", sort: (row) => row.expiresAtMs, cell: (row) => <Expiry atMs={row.expiresAtMs} /> },
      { key: "created", header: tc("created"), width: "9rem", align: "right", phone: "hidden", sort: (row) => row.createdAtMs, cell: (row) => <RelativeTime atMs={row.createdAtMs} /> },
    ],
    [t, tc],
  );

  const create = may("editor") ? (
    <Button kind="primary" icon={<Plus aria-hidden />} onClick={() => setCreating(true)}>
      {t("create")}
    </Button>
  ) : undefined;

  return (
    <div className="flex flex-col gap-4">
      <p className="max-w-[72ch] text-base text-ink-muted">{may("owner") ? t("textOwner") : t("text")}</p>
      {keys.error && !keys.data ? (
        <ErrorState error={keys.error} onRetry={() => void keys.refetch()} />
      ) : (
        <DataTable
          label={t("title")}
          rows={keys.data}
          rowKey={keyId}
          columns={columns}
          defaultSort="-created"
          search={{ label: t("search"), text: (row) => `${row.label} ${row.accessKeyId} ${row.createdBy.name} ${row.grants.map(({ bucket }) => bucket).join(" ")}` }}
          toolbar={create}
          rowMenu={(row) => [{ label: t("revoke"), icon: <Trash2 aria-hidden />, danger: true, onSelect: () => setRevoking(row) }]}
          empty={
            <EmptyState
              icon={<KeyRound />}
              title={t("empty.title")}
              lines={[t("empty.line1"), t("empty.line2"), t("empty.line3")]}
              action={create}
              command={`npx lathe s3-key create "nightly upload" --bucket BUCKET:write`}
            />
          }
        />
      )}
      {creating && <CreateS3KeyDialog open onOpenChange={setCreating} />}
      {revoking && (
        <ConfirmDialog
          open
          onOpenChange={() => setRevoking(null)}
          title={t("revokeTitle", { label: revoking.label })}
          action={t("revoke")}
          typeName={revoking.label}
          onConfirm={async () => {
            await revoke({ id: revoking.accessKeyId });
            toast.show({ kind: "done", title: t("revoked", { label: revoking.label }) });
          }}
        >
          {t("revokeText")}
        </ConfirmDialog>
      )}
    </div>
  );
}

function Expiry({ atMs }: { atMs: number | null }) {
  const t = useTranslations("settings.s3Keys");
  const nowMs = useNow(60_000);
  if (atMs === null) return <span className="text-ink-muted">{t("neverExpires")}</span>;
  return atMs <= nowMs ? <span className="text-failed">{t("expired")}</span> : <RelativeTime atMs={atMs} />;
}

const keyId = (row: S3Key) => row.accessKeyId;
