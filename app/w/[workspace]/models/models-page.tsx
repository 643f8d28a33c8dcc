"use client";

import { Box, Sparkles } from "lucide-react";
import { useTranslations } from "next-intl";
import { useMemo } from "react";
import { Bytes, CliHint, DataTable, EmptyState, ErrorState, LinkButton, Num, Page, PageHeader, Percent, RelativeTime, type Column } from "#app/ui";
import { useOperation, useWorkspace } from "#app/frame";
import { DownloadMenu } from "#app/charts";
import type { Model, ModelVersion } from "#lib/protocol/models";
import { commands } from "../_commands/command-line";

/** Which models there are, with their newest version. */
export function ModelsPage() {
  const t = useTranslations("models");
  const { paths, may } = useWorkspace();
  const models = useOperation("model.list", {});
  const columns = useColumns();
  const train = may("editor") && (
    <LinkButton kind="primary" icon={<Sparkles aria-hidden />} href={paths.newAutoLearn()}>
      {t("train")}
    </LinkButton>
  );
  return (
    <Page>
      <PageHeader title={t("list")} text={t("text")} actions={models.data?.length === 0 ? null : train} />
      {models.error && !models.data ? (
        <ErrorState error={models.error} onRetry={() => void models.refetch()} />
      ) : (
        <>
          <DataTable
            label={t("list")}
            rows={models.data}
            rowKey={(model) => model.model}
            columns={columns}
            defaultSort="-created"
            search={{ label: t("search"), text: ({ model, latest }) => `${model} ${latest.preset} ${latest.dataset ?? ""}` }}
            filters={[
              {
                key: "served",
                label: t("endpoints"),
                options: [{ value: "yes", label: t("served") }, { value: "no", label: t("notServed") }],
                match: ({ latest }, served) => (served === "yes") === latest.endpoints.length > 0,
              },
            ]}
            href={({ model, versions, latest }) => paths.model(versions === 1 ? `${model}@${latest.version}` : model)}
            toolbar={<DownloadMenu fileName="models" label={t("list")} table={() => modelTable((models.data ?? []).map(({ latest }) => latest))} value={() => models.data ?? []} />}
            empty={<EmptyState icon={<Box aria-hidden />} title={t("empty.title")} lines={[t("empty.dataset"), t("empty.train"), t("empty.deploy")]} action={train} command="npx lathe auto-learn dishes --dataset food --max-minutes 30 --wait" />}
          />
          {models.data && models.data.length > 0 && (
            <div className="mt-6 max-w-xl">
              <CliHint command={commands.modelList()} />
            </div>
          )}
        </>
      )}
    </Page>
  );
}

function useColumns(): Column<Model>[] {
  const t = useTranslations("models");
  const tc = useTranslations("common");
  return useMemo(
    () => [
      {
        key: "name", header: tc("name"), sort: ({ model }) => model, width: "minmax(9rem,1.6fr)", phone: "title",
        cell: ({ model, latest }) => (
          <>
            {model}
            <span className="font-normal text-ink-muted">@{latest.version}</span>
          </>
        ),
      },
      { key: "accuracy", header: t("accuracy"), cell: ({ latest }) => <Percent value={latest.metrics.accuracy} />, sort: ({ latest }) => latest.metrics.accuracy, align: "right", width: "6rem" },
      { key: "f1", header: t("macroF1"), cell: ({ latest }) => <Percent value={latest.metrics.macroF1} />, sort: ({ latest }) => latest.metrics.macroF1, align: "right", width: "6rem", phone: "hidden" },
      { key: "preset", header: t("network"), cell: ({ latest }) => <span className="text-ink-muted">{presetName(latest.preset)}</span>, sort: ({ latest }) => latest.preset, width: "7rem" },
      { key: "labels", header: t("labels"), cell: ({ latest }) => <Num value={latest.labels.length} />, sort: ({ latest }) => latest.labels.length, align: "right", width: "5rem", phone: "hidden" },
      { key: "size", header: tc("size"), cell: ({ latest }) => <Bytes value={latest.sizeBytes} />, sort: ({ latest }) => latest.sizeBytes, align: "right", width: "6rem", phone: "hidden" },
      { key: "dataset", header: t("dataset"), cell: ({ latest }) => latest.dataset ?? "–", sort: ({ latest }) => latest.dataset, width: "minmax(6rem,1fr)", phone: "hidden" },
      { key: "endpoints", header: t("endpoints"), cell: ({ latest }) => latest.endpoints.join(", ") || <span className="text-ink-muted">–</span>, width: "minmax(6rem,1fr)", phone: "hidden" },
      { key: "created", header: tc("created"), cell: ({ latest }) => <RelativeTime atMs={latest.createdAtMs} />, sort: ({ latest }) => latest.createdAtMs, align: "right", width: "8rem" },
    ],
    [t, tc],
  );
}

/** resnet18 → ResNet-18 */
export function presetName(preset: string): string {
  return preset.replace(/^resnet/, "ResNet-");
}

export function modelTable(versions: readonly ModelVersion[]) {
  return {
    header: ["model", "version", "network", "parameters", "size_bytes", "accuracy", "macro_f1", "labels", "dataset", "job", "endpoints", "created"],
    rows: versions.map((v) => [
      v.model, v.version, v.preset, v.parameterCount, v.sizeBytes, v.metrics.accuracy, v.metrics.macroF1, v.labels.length, v.dataset, v.job, v.endpoints.join(" "),
      new Date(v.createdAtMs).toISOString(),
    ]),
  };
}
