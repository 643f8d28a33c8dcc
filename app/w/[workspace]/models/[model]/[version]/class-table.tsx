"use client";

import { useTranslations } from "next-intl";
import { useMemo } from "react";
import { DataTable, Num, Percent, Section, type Column } from "#app/ui";
import { DownloadMenu } from "#app/charts";
import type { ModelReport } from "#lib/protocol/models";

type ClassReport = ModelReport["classes"][number];

/** Precision and recall of each label. */
export function ClassTable({ classes, fileName }: { classes: readonly ClassReport[]; fileName: string }) {
  const t = useTranslations("models.classes");
  const columns = useMemo<Column<ClassReport>[]>(() => {
    const share = (key: "precision" | "recall" | "f1"): Column<ClassReport> => ({
      key, header: t(key), sort: (row) => row[key], align: "right", width: "minmax(5rem,0.6fr)",
      cell: (row) => (
        <span className="whitespace-nowrap">
          <span className="mr-1 sm:hidden">{t(key)}</span>
          <Percent value={row[key]} />
        </span>
      ),
    });
    return [
      { key: "label", header: t("label"), cell: (row) => row.label, sort: (row) => row.label, width: "minmax(8rem,1.4fr)", phone: "title" },
      {
        key: "bar", header: t("f1"), width: "minmax(6rem,1.2fr)", phone: "hidden",
        cell: (row) => (
          <span aria-hidden className="block h-1.5 rounded-full bg-sunken">
            <span className="block h-full rounded-full bg-series-1" style={{ width: `${row.f1 * 100}%` }} />
          </span>
        ),
      },
      share("f1"),
      share("precision"),
      share("recall"),
      { key: "support", header: t("support"), cell: (row) => <Num value={row.support} />, sort: (row) => row.support, align: "right", width: "minmax(5rem,0.6fr)", phone: "hidden" },
    ];
  }, [t]);
  return (
    <Section title={t("title")}>
      <p className="mb-3 max-w-[72ch] text-base text-ink-muted">{t("text")}</p>
      <DataTable
        label={t("title")}
        rows={classes}
        rowKey={(row) => row.label}
        columns={columns}
        defaultSort="f1"
        search={{ label: t("search"), text: (row) => row.label }}
        toolbar={
          <DownloadMenu
            fileName={fileName}
            label={t("title")}
            table={() => ({ header: ["label", "precision", "recall", "f1", "support"], rows: classes.map((row) => [row.label, row.precision, row.recall, row.f1, row.support]) })}
            value={() => classes}
          />
        }
        empty={null}
      />
    </Section>
  );
}
