"use client";

import { Rocket } from "lucide-react";
import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import { Button, Bytes, CliHint, DataTable, EmptyState, ErrorState, Page, PageHeader, Percent, RelativeTime, type Column } from "#app/ui";
import { useOperation, useWorkspace } from "#app/frame";
import { DownloadMenu } from "#app/charts";
import type { ModelVersion } from "#lib/protocol/models";
import { commands } from "../../_commands/command-line";
import { DeployDialog } from "../../endpoints/_deploy/deploy-dialog";
import { modelTable, presetName } from "../models-page";

/** A model's versions side by side. */
export function ModelPage({ model: name }: { model: string }) {
  const t = useTranslations("models");
  const { paths, may } = useWorkspace();
  const model = useOperation("model.show", { model: name });
  const columns = useColumns();
  const [deploying, setDeploying] = useState(false);
  const versions = model.data?.versions;
  return (
    <Page>
      <PageHeader
        title={name}
        text={t("versionsText")}
        actions={
          may("editor") && (
            <Button kind="primary" icon={<Rocket aria-hidden />} disabled={!versions?.length} onClick={() => setDeploying(true)}>
              {t("deployNewest")}
            </Button>
          )
        }
      />
      {model.error && !model.data ? (
        <ErrorState error={model.error} onRetry={() => void model.refetch()} />
      ) : (
        <div className="flex flex-col gap-6">
          <DataTable
            label={t("versions")}
            rows={versions}
            rowKey={(version) => String(version.version)}
            columns={columns}
            defaultSort="-version"
            href={(version) => paths.model(`${version.model}@${version.version}`)}
            search={{ label: t("searchVersions"), text: (version) => `${version.version} ${version.preset} ${version.dataset ?? ""} ${version.endpoints.join(" ")}` }}
            toolbar={<DownloadMenu fileName={name} label={t("versions")} table={() => modelTable(versions ?? [])} value={() => versions ?? []} />}
            empty={<EmptyState title={t("empty.title")} lines={[t("empty.dataset"), t("empty.train"), t("empty.deploy")]} />}
          />
          <div className="max-w-xl">
            <CliHint command={commands.modelShow(name)} />
          </div>
        </div>
      )}
      {deploying && versions?.[0] && <DeployDialog model={`${name}@${versions[0].version}`} onClose={() => setDeploying(false)} />}
    </Page>
  );
}

function useColumns(): Column<ModelVersion>[] {
  const t = useTranslations("models");
  const tc = useTranslations("common");
  return useMemo(
    () => [
      { key: "version", header: t("version"), cell: (version) => `@${version.version}`, sort: (version) => version.version, width: "5rem", phone: "title" },
      { key: "accuracy", header: t("accuracy"), cell: (version) => <Percent value={version.metrics.accuracy} />, sort: (version) => version.metrics.accuracy, align: "right", width: "6rem" },
      { key: "f1", header: t("macroF1"), cell: (version) => <Percent value={version.metrics.macroF1} />, sort: (version) => version.metrics.macroF1, align: "right", width: "6rem", phone: "hidden" },
      { key: "preset", header: t("network"), cell: (version) => <span className="text-ink-muted">{presetName(version.preset)}</span>, sort: (version) => version.preset, width: "7rem" },
      { key: "size", header: tc("size"), cell: (version) => <Bytes value={version.sizeBytes} />, sort: (version) => version.sizeBytes, align: "right", width: "6rem", phone: "hidden" },
      { key: "dataset", header: t("dataset"), cell: (version) => version.dataset ?? "–", sort: (version) => version.dataset, width: "minmax(6rem,1fr)" },
      { key: "endpoints", header: t("endpoints"), cell: (version) => version.endpoints.join(", ") || <span className="text-ink-muted">–</span>, width: "minmax(6rem,1fr)", phone: "hidden" },
      { key: "created", header: tc("created"), cell: (version) => <RelativeTime atMs={version.createdAtMs} />, sort: (version) => version.createdAtMs, align: "right", width: "8rem" },
    ],
    [t, tc],
  );
}
