"use client";

import { Download, Eye, FolderOpen, PackageOpen, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { useMemo } from "react";
import { Bytes, DataTable, RelativeTime, type Column } from "#app/ui";
import type { Entry } from "./entries";
import { EntryThumbnail } from "./entry-icon";

export type EntryActions = {
  open: (entry: Entry) => void;
  /** where a folder leads; null for an object, which is previewed */
  href: (entry: Entry) => string | null;
  download: (entry: Entry) => void;
  /** null for what is no archive, and for who may not */
  unpack: (entry: Entry) => (() => void) | null;
  remove: ((entry: Entry) => void) | null;
};

export function EntryTable({
  entries,
  selection,
  actions,
  onEndReached,
}: {
  entries: Entry[] | undefined;
  selection: [ReadonlySet<string>, (selected: ReadonlySet<string>) => void];
  actions: EntryActions;
  onEndReached: () => void;
}) {
  const t = useTranslations("buckets");
  const tc = useTranslations("common");
  const { open } = actions;
  const columns = useMemo<Column<Entry>[]>(
    () => [
      {
        key: "name",
        header: tc("name"),
        width: "minmax(12rem,3fr)",
        sort: (entry) => `${entry.kind === "folder" ? "0" : "1"}${entry.name}`,
        cell: (entry) => (
          <span className="flex min-w-0 items-center gap-2.5">
            <EntryThumbnail entry={entry} />
            {entry.kind === "object" ? (
              <button type="button" onClick={() => open(entry)} className="min-w-0 truncate rounded-sm text-left hover:underline">
                {entry.name}
              </button>
            ) : (
              <span className="min-w-0 truncate">{entry.name}/</span>
            )}
          </span>
        ),
      },
      {
        key: "size",
        header: tc("size"),
        width: "7rem",
        align: "right",
        sort: (entry) => (entry.kind === "object" ? entry.object.sizeBytes : null),
        cell: (entry) => (entry.kind === "object" ? <Bytes value={entry.object.sizeBytes} /> : <span className="text-ink-faint max-sm:hidden">–</span>),
      },
      {
        key: "modified",
        header: t("modified"),
        width: "10rem",
        align: "right",
        sort: (entry) => (entry.kind === "object" ? entry.object.modifiedAtMs : null),
        cell: (entry) => (entry.kind === "object" ? <RelativeTime atMs={entry.object.modifiedAtMs} /> : <span className="text-ink-faint max-sm:hidden">–</span>),
      },
    ],
    [t, tc, open],
  );
  const unpackItem = (start: (() => void) | null) => (start ? [{ label: t("unpack.open"), icon: <PackageOpen aria-hidden />, onSelect: start }] : []);
  return (
    <DataTable
      label={t("contents")}
      rows={entries}
      rowKey={(entry) => entry.id}
      columns={columns}
      href={(entry) => actions.href(entry) ?? undefined}
      selection={{ name: (entry) => entry.name, state: selection }}
      rowMenu={(entry) => [
        entry.kind === "folder"
          ? { label: tc("open"), icon: <FolderOpen aria-hidden />, onSelect: () => open(entry) }
          : { label: t("preview.open"), icon: <Eye aria-hidden />, onSelect: () => open(entry) },
        { label: tc("download"), icon: <Download aria-hidden />, onSelect: () => actions.download(entry) },
        ...unpackItem(actions.unpack(entry)),
        ...(actions.remove ? [{ type: "line" as const }, { label: tc("delete"), icon: <Trash2 aria-hidden />, danger: true, onSelect: () => actions.remove?.(entry) }] : []),
      ]}
      onEndReached={onEndReached}
      empty={null}
    />
  );
}
