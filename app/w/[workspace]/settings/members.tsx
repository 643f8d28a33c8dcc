"use client";

import { Plus, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import { roles, type Role } from "#lib/domain/role";
import type { Member } from "#lib/protocol/accounts";
import { Badge, Button, ConfirmDialog, DataTable, ErrorState, RelativeTime, Select, useToast, type Column } from "#app/ui";
import { useAction, useOperation, useWorkspace } from "#app/frame";
import { AddMemberDialog } from "./add-member-dialog";

export function Members() {
  const t = useTranslations("settings.members");
  const tc = useTranslations("common");
  const toast = useToast();
  const { me, may } = useWorkspace();
  const owner = may("owner");
  const members = useOperation("member.list", {});
  const { mutateAsync: change } = useAction("member.change", ["member.list"]);
  const { mutateAsync: remove } = useAction("member.remove", ["member.list"]);
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Member | null>(null);

  const columns = useMemo<Column<Member>[]>(
    () => [
      {
        key: "name",
        header: tc("name"),
        width: "minmax(10rem,1.5fr)",
        sort: (row) => row.name,
        cell: (row) => (
          <span className="inline-flex items-center gap-2">
            {row.name}
            {row.userId === me.user.id && <Badge>{t("you")}</Badge>}
          </span>
        ),
      },
      { key: "email", header: t("email"), width: "minmax(10rem,2fr)", sort: (row) => row.email, cell: (row) => row.email },
      {
        key: "role",
        header: t("role"),
        width: "10rem",
        sort: (row) => roles.indexOf(row.role),
        cell: (row) =>
          owner ? (
            <Select<Role>
              size="sm"
              label={t("roleOf", { name: row.name })}
              value={row.role}
              options={roles.map((role) => ({ value: role, label: tc(`roles.${role}`) }))}
              onValueChange={(role) => void change({ userId: row.userId, role }).catch((error: unknown) => toast.fail(error))}
            />
          ) : (
            tc(`roles.${row.role}`)
          ),
      },
      { key: "joined", header: t("joined"), width: "10rem", align: "right", sort: (row) => row.joinedAtMs, cell: (row) => <RelativeTime atMs={row.joinedAtMs} /> },
    ],
    [t, tc, me.user.id, owner, change, toast],
  );

  return (
    <div className="flex flex-col gap-4">
      <p className="max-w-[72ch] text-base text-ink-muted">{t("text")}</p>
      {members.error && !members.data ? (
        <ErrorState error={members.error} onRetry={() => void members.refetch()} />
      ) : (
        <DataTable
          label={t("title")}
          rows={members.data}
          rowKey={memberKey}
          columns={columns}
          defaultSort="name"
          search={{ label: t("search"), text: (row) => `${row.name} ${row.email}` }}
          rowMenu={owner ? (row) => [{ label: t("remove"), icon: <Trash2 aria-hidden />, danger: true, onSelect: () => setRemoving(row) }] : undefined}
          toolbar={
            <Button kind="primary" icon={<Plus aria-hidden />} disabled={!owner} title={owner ? undefined : tc("needsOwner")} onClick={() => setAdding(true)}>
              {t("add")}
            </Button>
          }
          empty={null}
        />
      )}
      <AddMemberDialog open={adding} onOpenChange={setAdding} />
      {removing && (
        <ConfirmDialog
          open
          onOpenChange={() => setRemoving(null)}
          title={t("removeTitle", { name: removing.name })}
          action={t("remove")}
          typeName={removing.email}
          onConfirm={() => remove({ userId: removing.userId })}
        >
          {t("removeText")}
        </ConfirmDialog>
      )}
    </div>
  );
}

const memberKey = (row: Member) => row.userId;
