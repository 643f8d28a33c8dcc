"use client";

import { Pencil } from "lucide-react";
import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import { DataTable, EmptyState, LinkButton, Num, type Column } from "#app/ui";
import { useWorkspace } from "#app/frame";
import { DownloadMenu } from "#app/charts";
import { splits, type Split } from "#lib/domain/dataset";
import type { DatasetVersion, LabelCount } from "#lib/protocol/datasets";
import { labelTotal } from "./label-total";
import { RenameLabelDialog } from "./rename-label-dialog";

const colourOf: Record<Split, string> = { train: "bg-series-1", validation: "bg-series-2", test: "bg-series-3" };
const total = labelTotal;

/** How many samples of each label, and how they are split. A label opens its pictures. */
export function LabelCounts({ version }: { version: DatasetVersion }) {
  const t = useTranslations("datasets");
  const { paths, may } = useWorkspace();
  const [renaming, setRenaming] = useState<string | null>(null);
  const name = `${version.dataset}@${version.version}`;
  const most = Math.max(1, ...version.labels.map(total));
  const anyUnsplit = version.labels.some(({ unsplit = 0 }) => unsplit > 0);
  const columns = useMemo<Column<LabelCount>[]>(
    () => [
      { key: "label", header: t("label"), cell: (label) => label.label, sort: (label) => label.label, width: "minmax(10rem,1.2fr)", phone: "title" },
      { key: "bar", header: t("distribution"), cell: (label) => <SplitBar label={label} most={most} />, width: "minmax(8rem,2fr)", phone: "hidden" },
      ...splits.map(
        (split): Column<LabelCount> => ({
          key: split,
          header: t(`split.${split}`),
          cell: (label) => (
            <>
              <span className="mr-1 sm:hidden">{t(`split.${split}`)}</span>
              <Num value={label[split]} />
            </>
          ),
          sort: (label) => label[split],
          align: "right",
          width: "5.5rem",
        }),
      ),
      ...(anyUnsplit
        ? [{ key: "unsplit", header: t("unsplit"), cell: (label: LabelCount) => <Num value={label.unsplit ?? 0} />, sort: (label: LabelCount) => label.unsplit ?? 0, align: "right" as const, width: "6.5rem", phone: "hidden" as const }]
        : []),
      { key: "total", header: t("total"), cell: (label) => <span className="font-medium"><Num value={total(label)} /></span>, sort: total, align: "right", width: "5rem" },
    ],
    [t, most, anyUnsplit],
  );
  return (
    <>
      <DataTable
        label={t("tab.labels")}
        rows={version.labels}
        rowKey={(label) => label.label}
        columns={columns}
        defaultSort="label"
        search={{ label: t("searchLabels"), text: (label) => label.label }}
        rowMenu={version.status === "draft" && may("editor") ? (label) => [{ label: t("rename.menu"), icon: <Pencil aria-hidden />, onSelect: () => setRenaming(label.label) }] : undefined}
        href={(label) => `${paths.dataset(name)}?tab=pictures&label=${encodeURIComponent(label.label)}`}
        toolbar={
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <ul aria-label={t("legend")} className="flex items-center gap-3 text-sm text-ink-muted max-sm:hidden">
              {splits.map((split) => (
                <li key={split} className="flex items-center gap-1.5">
                  <span aria-hidden className={`size-2.5 rounded-sm ${colourOf[split]}`} />
                  {t(`split.${split}`)}
                </li>
              ))}
            </ul>
            <DownloadMenu
              fileName={`${version.dataset}-${version.version}-labels`}
              label={t("tab.labels")}
              table={() => ({ header: ["label", ...splits, "total"], rows: version.labels.map((label) => [label.label, ...splits.map((split) => label[split]), total(label)]) })}
              value={() => version}
            />
          </div>
        }
        empty={<NoLabels version={version} />}
      />
      {renaming !== null && <RenameLabelDialog version={version} label={renaming} onClose={() => setRenaming(null)} />}
    </>
  );
}

function NoLabels({ version }: { version: DatasetVersion }) {
  const t = useTranslations("datasets");
  const { paths, may } = useWorkspace();
  if (version.unlabelled === 0) return <EmptyState title={t("noLabels")} lines={[t("noLabelsText")]} />;
  const draft = version.status === "draft";
  return (
    <EmptyState
      title={t("unlabelledPictures", { count: version.unlabelled })}
      lines={[draft ? t("unlabelledText") : t("unlabelledFrozen")]}
      action={draft && may("editor") && <LinkButton href={paths.labelling(`${version.dataset}@${version.version}`)}>{t("labelIt")}</LinkButton>}
    />
  );
}

function SplitBar({ label, most }: { label: LabelCount; most: number }) {
  return (
    <span aria-hidden className="flex h-2.5 gap-px overflow-hidden rounded-sm" style={{ width: `${(total(label) / most) * 100}%` }}>
      {splits.map((split) => label[split] > 0 && <span key={split} className={colourOf[split]} style={{ flexGrow: label[split], minWidth: 2 }} />)}
    </span>
  );
}
