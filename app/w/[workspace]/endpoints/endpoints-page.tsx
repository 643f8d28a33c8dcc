"use client";

import { Rocket, Server } from "lucide-react";
import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import { Button, CliHint, DataTable, EmptyState, ErrorState, Page, PageHeader, RelativeTime, StatusBadge, type Column } from "#app/ui";
import { useOperation, useWorkspace } from "#app/frame";
import { DownloadMenu } from "#app/charts";
import { endpointStatuses } from "#lib/domain/deployment";
import type { Endpoint } from "#lib/protocol/endpoints";
import { commands } from "../_commands/command-line";
import { DeployDialog } from "./_deploy/deploy-dialog";

/** Which endpoints there are, and whether they are well. */
export function EndpointsPage() {
  const t = useTranslations("endpoints");
  const tc = useTranslations("common");
  const { paths, may } = useWorkspace();
  const endpoints = useOperation("endpoint.list", {}, { refetchIntervalMs: 15_000 });
  const columns = useColumns();
  const [deploying, setDeploying] = useState(false);
  const deploy = may("editor") && (
    <Button kind="primary" icon={<Rocket aria-hidden />} onClick={() => setDeploying(true)}>
      {t("deployModel")}
    </Button>
  );
  return (
    <Page>
      <PageHeader title={t("list")} text={t("text")} actions={endpoints.data?.length === 0 ? null : deploy} />
      {endpoints.error && !endpoints.data ? (
        <ErrorState error={endpoints.error} onRetry={() => void endpoints.refetch()} />
      ) : (
        <>
          <DataTable
            label={t("list")}
            rows={endpoints.data}
            rowKey={(endpoint) => endpoint.endpoint}
            columns={columns}
            defaultSort="name"
            search={{ label: t("search"), text: (endpoint) => `${endpoint.endpoint} ${endpoint.deployments.map(({ model }) => model).join(" ")}` }}
            filters={[
              {
                key: "status",
                label: tc("status"),
                options: endpointStatuses.map((status) => ({ value: status, label: tc(`statuses.${status}`) })),
                match: (endpoint, status) => endpoint.status === status,
              },
            ]}
            href={(endpoint) => paths.endpoint(endpoint.endpoint)}
            toolbar={
              <DownloadMenu
                fileName="endpoints"
                label={t("list")}
                table={() => ({
                  header: ["endpoint", "status", "url", "deployments", "created"],
                  rows: (endpoints.data ?? []).map((each) => [
                    each.endpoint, each.status, each.url, each.deployments.map(({ model, trafficPercent }) => `${model} ${trafficPercent}%`).join("; "), new Date(each.createdAtMs).toISOString(),
                  ]),
                })}
                value={() => endpoints.data ?? []}
              />
            }
            empty={<EmptyState icon={<Server aria-hidden />} title={t("empty.title")} lines={[t("empty.model"), t("empty.deploy"), t("empty.call")]} action={deploy} command="npx lathe deploy dishes@1 --endpoint menu" />}
          />
          {endpoints.data && endpoints.data.length > 0 && (
            <div className="mt-6 max-w-xl">
              <CliHint command={commands.endpointList()} />
            </div>
          )}
        </>
      )}
      {deploying && <DeployDialog onClose={() => setDeploying(false)} />}
    </Page>
  );
}

function useColumns(): Column<Endpoint>[] {
  const t = useTranslations("endpoints");
  const tc = useTranslations("common");
  return useMemo(
    () => [
      { key: "name", header: tc("name"), cell: (endpoint) => endpoint.endpoint, sort: (endpoint) => endpoint.endpoint, width: "minmax(8rem,1fr)", phone: "title" },
      { key: "status", header: t("health"), cell: (endpoint) => <StatusBadge status={endpoint.status} plain />, sort: (endpoint) => endpoint.status, width: "7rem" },
      {
        key: "models", header: t("models"), width: "minmax(10rem,1.4fr)",
        cell: (endpoint) =>
          endpoint.deployments.length === 0 ? (
            <span className="text-ink-muted">{t("servesNothing")}</span>
          ) : (
            endpoint.deployments.map(({ model, trafficPercent }) => (endpoint.deployments.length > 1 ? `${model} ${trafficPercent} %` : model)).join(" · ")
          ),
      },
      { key: "url", header: t("url"), cell: (endpoint) => <code className="text-sm text-ink-muted">{endpoint.url}</code>, width: "minmax(12rem,1.8fr)", phone: "hidden" },
      { key: "created", header: tc("created"), cell: (endpoint) => <RelativeTime atMs={endpoint.createdAtMs} />, sort: (endpoint) => endpoint.createdAtMs, align: "right", width: "8rem" },
    ],
    [t, tc],
  );
}
