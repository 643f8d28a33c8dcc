"use client";

import { KeyRound, Plus, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import type { ApiKey } from "#lib/protocol/accounts";
import { Badge, Button, ConfirmDialog, DataTable, EmptyState, ErrorState, RelativeTime, useToast, type Column } from "#app/ui";
import { useAction, useOperation } from "#app/frame";
import { CreateApiKeyDialog } from "./create-api-key-dialog";

export function ApiKeys() {
  const t = useTranslations("settings.keys");
  const tc = useTranslations("common");
  const toast = useToast();
  const keys = useOperation("api-key.list", {});
  const { mutateAsync: revoke } = useAction("api-key.revoke", ["api-key.list"]);
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);

  const columns = useMemo<Column<ApiKey>[]>(
    () => [
      { key: "name", header: tc("name"), width: "minmax(10rem,2fr)", sort: (row) => row.name, cell: (row) => <span className="font-medium">{row.name}</span> },
      { key: "start", header: t("start"), width: "minmax(8rem,1fr)", cell: (row) => <code className="text-sm">{row.start}…</code> },
      { key: "role", header: t("role"), width: "8rem", sort: (row) => row.role, cell: (row) => <Badge>{tc(`roles.${row.role}`)}</Badge> },
      {
        key: "used",
        header: t("lastUsed"),
        width: "10rem",
        align: "right",
        sort: (row) => row.lastUsedAtMs,
        cell: (row) => (row.lastUsedAtMs === null ? <span className="text-ink-muted">{t("never")}</span> : <RelativeTime atMs={row.lastUsedAtMs} />),
      },
      { key: "created", header: tc("created"), width: "10rem", align: "right", phone: "hidden", sort: (row) => row.createdAtMs, cell: (row) => <RelativeTime atMs={row.createdAtMs} /> },
    ],
    [t, tc],
  );

  const create = (
    <Button kind="primary" icon={<Plus aria-hidden />} onClick={() => setCreating(true)}>
      {t("create")}
    </Button>
  );

  return (
    <div className="flex flex-col gap-4">
      <p className="max-w-[72ch] text-base text-ink-muted">{t("text")}</p>
      {keys.error && !keys.data ? (
        <ErrorState error={keys.error} onRetry={() => void keys.refetch()} />
      ) : (
        <DataTable
          label={t("title")}
          rows={keys.data}
          rowKey={keyId}
          columns={columns}
          defaultSort="-created"
          search={{ label: t("search"), text: (row) => `${row.name} ${row.start}` }}
          toolbar={create}
          rowMenu={(row) => [{ label: t("revoke"), icon: <Trash2 aria-hidden />, danger: true, onSelect: () => setRevoking(row) }]}
          empty={
            <EmptyState
              icon={<KeyRound />}
              title={t("empty.title")}
              lines={[t("empty.line1"), t("empty.line2"), t("empty.line3")]}
              action={create}
              command={`LATHE_URL=${typeof window === "undefined" ? "" : window.location.origin} LATHE_TOKEN=… npx lathe bucket ls`}
            />
          }
        />
      )}
      <CreateApiKeyDialog open={creating} onOpenChange={setCreating} />
      {revoking && (
        <ConfirmDialog
          open
          onOpenChange={() => setRevoking(null)}
          title={t("revokeTitle", { name: revoking.name })}
          action={t("revoke")}
          typeName={revoking.name}
          onConfirm={async () => {
            await revoke({ id: revoking.id });
            toast.show({ kind: "done", title: t("revoked", { name: revoking.name }) });
          }}
        >
          {t("revokeText")}
        </ConfirmDialog>
      )}
    </div>
  );
}

const keyId = (row: ApiKey) => row.id;
