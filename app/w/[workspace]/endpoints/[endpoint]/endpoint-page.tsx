"use client";

import { Ellipsis, Play, Rocket, Square, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Badge, Button, CliHint, ConfirmDialog, CopyButton, ErrorNote, ErrorState, IconButton, KeyValue, Menu, Note, Page, PageHeader, RelativeTime, Section, Skeleton, StatusBadge } from "#app/ui";
import { useAction, useLive, useOperation, useWorkspace } from "#app/frame";
import { DownloadMenu } from "#app/charts";
import type { Endpoint } from "#lib/protocol/endpoints";
import { commands } from "../../_commands/command-line";
import { PageLink } from "../../jobs/[job]/job-facts";
import { DeployDialog } from "../_deploy/deploy-dialog";
import { CallGuide } from "./call-guide";
import { TryIt } from "./try-it";

/** Is it well, and how do I call it? */
export function EndpointPage({ endpoint: name }: { endpoint: string }) {
  const { connected } = useLive();
  const endpoint = useOperation("endpoint.show", { endpoint: name }, { refetchIntervalMs: connected ? 15_000 : 4000 });
  if (endpoint.data) return <Loaded endpoint={endpoint.data} />;
  return (
    <Page>
      <PageHeader title={name} />
      {endpoint.error ? (
        <ErrorState error={endpoint.error} onRetry={() => void endpoint.refetch()} />
      ) : (
        <div role="status" aria-busy="true" className="grid gap-6 lg:grid-cols-[minmax(0,1fr)_24rem]">
          <Skeleton className="h-96 rounded-md" />
          <Skeleton className="h-96 rounded-md" />
        </div>
      )}
    </Page>
  );
}

function Loaded({ endpoint }: { endpoint: Endpoint }) {
  const t = useTranslations("endpoints");
  const tc = useTranslations("common");
  return (
    <Page>
      <PageHeader title={endpoint.endpoint} badge={<StatusBadge status={endpoint.status} />} text={t(`sentence.${endpoint.status}`)} actions={<Actions endpoint={endpoint} />} />
      <div className="grid items-start gap-x-8 gap-y-6 lg:grid-cols-[minmax(0,1fr)_24rem]">
        <div className="flex min-w-0 flex-col gap-8">
          <TryIt endpoint={endpoint} />
          <CallGuide endpoint={endpoint} />
        </div>
        <aside aria-label={t("about")} className="flex min-w-0 flex-col gap-6">
          <Deployments endpoint={endpoint} />
          <Section title={t("about")}>
            <KeyValue
              items={[
                {
                  label: t("url"),
                  value: (
                    <span className="flex min-w-0 items-center gap-1">
                      <code className="min-w-0 truncate text-sm" title={endpoint.url}>
                        {endpoint.url}
                      </code>
                      <CopyButton text={endpoint.url} thing={t("url")} />
                    </span>
                  ),
                },
                { label: tc("created"), value: <RelativeTime atMs={endpoint.createdAtMs} /> },
              ]}
            />
          </Section>
          {endpoint.labels.length > 0 && (
            <Section title={t("labels")}>
              <ul className="flex max-h-48 flex-wrap gap-1 overflow-y-auto">
                {endpoint.labels.map((label) => (
                  <li key={label}>
                    <Badge>{label}</Badge>
                  </li>
                ))}
              </ul>
            </Section>
          )}
          {endpoint.status !== "stopped" && <CliHint wrap title={t("stopByCli")} command={commands.endpointStop(endpoint.endpoint)} />}
        </aside>
      </div>
    </Page>
  );
}

function Actions({ endpoint }: { endpoint: Endpoint }) {
  const t = useTranslations("endpoints");
  const tc = useTranslations("common");
  const router = useRouter();
  const { paths, may } = useWorkspace();
  const stop = useAction("endpoint.stop", ["endpoint.show", "endpoint.list"]);
  const remove = useAction("endpoint.delete", ["endpoint.list", "overview.show"]);
  const [asking, setAsking] = useState<"stop" | "delete" | "deploy" | null>(null);
  const close = () => setAsking(null);
  const served = endpoint.deployments.length > 0;
  if (!may("editor")) return null;
  return (
    <>
      {may("owner") && (
        <Menu items={[{ label: t("delete.action"), icon: <Trash2 aria-hidden />, danger: true, onSelect: () => setAsking("delete") }]}>
          <IconButton label={tc("moreActions")} tooltip={false} kind="secondary">
            <Ellipsis aria-hidden />
          </IconButton>
        </Menu>
      )}
      {served ? (
        <>
          <Button icon={<Square aria-hidden />} onClick={() => setAsking("stop")}>
            {t("stop.action")}
          </Button>
          <Button icon={<Rocket aria-hidden />} onClick={() => setAsking("deploy")}>
            {t("deployAnother")}
          </Button>
        </>
      ) : (
        <Button kind="primary" icon={<Play aria-hidden />} onClick={() => setAsking("deploy")}>
          {t("start")}
        </Button>
      )}
      <ConfirmDialog open={asking === "stop"} onOpenChange={(open) => !open && close()} title={t("stop.title", { endpoint: endpoint.endpoint })} action={t("stop.action")} onConfirm={() => stop.mutateAsync({ endpoint: endpoint.endpoint })}>
        {t("stop.text")}
      </ConfirmDialog>
      <ConfirmDialog
        open={asking === "delete"}
        onOpenChange={(open) => !open && close()}
        title={t("delete.title", { endpoint: endpoint.endpoint })}
        action={t("delete.action")}
        typeName={endpoint.endpoint}
        onConfirm={async () => {
          await remove.mutateAsync({ endpoint: endpoint.endpoint });
          router.push(paths.endpoints);
        }}
      >
        {t("delete.text")}
      </ConfirmDialog>
      {asking === "deploy" && <DeployDialog endpoint={endpoint.endpoint} onClose={close} />}
    </>
  );
}

/** Which model versions answer, with which share of the calls. */
function Deployments({ endpoint }: { endpoint: Endpoint }) {
  const t = useTranslations("endpoints");
  const { paths } = useWorkspace();
  return (
    <Section title={t("deployments")} actions={<DownloadMenu fileName={`endpoint-${endpoint.endpoint}`} label={t("deployments")} value={() => endpoint} />}>
      {endpoint.deployments.length === 0 ? (
        <Note>{t("servesNothingText")}</Note>
      ) : (
        <ul className="rounded-md border border-line bg-surface">
          {endpoint.deployments.map((deployment) => (
            <li key={deployment.id} className="flex flex-col gap-1.5 border-b border-line px-3 py-2 last:border-b-0">
              <div className="flex items-center gap-3">
                <span className="min-w-0 flex-1 truncate font-medium">
                  <PageLink href={paths.model(deployment.model)}>{deployment.model}</PageLink>
                </span>
                <StatusBadge status={deployment.status} plain />
              </div>
              <div className="nums flex items-center gap-3 text-sm text-ink-muted">
                <span aria-hidden className="h-1 w-20 overflow-hidden rounded-full bg-pressed">
                  <span className="block h-full bg-accent" style={{ width: `${deployment.trafficPercent}%` }} />
                </span>
                <span>{t("share", { percent: deployment.trafficPercent })}</span>
                {deployment.runner && <span className="ml-auto min-w-0 truncate">{t("on", { runner: deployment.runner })}</span>}
              </div>
              {deployment.error && <ErrorNote error={deployment.error} />}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
