"use client";

import { useFormatter, useTranslations } from "next-intl";
import { useMemo } from "react";
import { DataTable, Note, Num, type Column } from "#app/ui";
import { DownloadMenu } from "#app/charts";
import type { LabelCount } from "#lib/protocol/datasets";
import { labelChanges, type LabelChange } from "./label-changes";

/** How many samples each label gained or lost. */
export function LabelChanges({ before, after, onLabel }: { before: readonly LabelCount[]; after: readonly LabelCount[]; onLabel: (label: string) => void }) {
  const t = useTranslations("datasets.diff");
  const td = useTranslations("datasets");
  const format = useFormatter();
  const rows = useMemo(() => labelChanges(before, after), [before, after]);
  const columns = useMemo<Column<LabelChange>[]>(
    () => [
      { key: "label", header: td("label"), cell: (row) => <button type="button" className="truncate rounded-sm hover:underline" onClick={() => onLabel(row.label)}>{row.label}</button>, sort: (row) => row.label, width: "minmax(10rem,2fr)", phone: "title" },
      { key: "before", header: t("before"), cell: (row) => <Num value={row.before} />, sort: (row) => row.before, align: "right", width: "7rem" },
      { key: "after", header: t("after"), cell: (row) => <Num value={row.after} />, sort: (row) => row.after, align: "right", width: "7rem" },
      { key: "change", header: t("change"), cell: (row) => <span className="nums font-medium">{format.number(row.after - row.before, { signDisplay: "exceptZero" })}</span>, sort: (row) => Math.abs(row.after - row.before), align: "right", width: "7rem" },
    ],
    [t, td, format, onLabel],
  );
  return (
    <DataTable
      label={t("byLabel")}
      rows={rows}
      rowKey={(row) => row.label}
      columns={columns}
      defaultSort="-change"
      search={{ label: td("searchLabels"), text: (row) => row.label }}
      toolbar={<DownloadMenu fileName="label-changes" label={t("byLabel")} table={() => ({ header: ["label", "before", "after"], rows: rows.map((row) => [row.label, row.before, row.after]) })} />}
      empty={<Note>{td("noLabels")}</Note>}
    />
  );
}
