"use client";

import { Ellipsis, Rocket, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Badge, Button, ConfirmDialog, ErrorState, IconButton, Menu, Page, PageHeader, Skeleton, Tabs, useUrlState } from "#app/ui";
import { useAction, useOperation, useWorkspace } from "#app/frame";
import type { ModelVersionDetail } from "#lib/protocol/models";
import { DeployDialog } from "../../../endpoints/_deploy/deploy-dialog";
import { presetName } from "../../models-page";
import { ClassTable } from "./class-table";
import { ConfusionMatrix } from "./confusion-matrix";
import { Headline } from "./headline";
import { Inside } from "./inside";
import { Lineage } from "./lineage";
import { Mistakes } from "./mistakes";

/** How good is it, why, and what is inside. */
export function ModelVersionPage({ model, version: number }: { model: string; version: number }) {
  const version = useOperation("model-version.show", { model, version: number });
  if (version.data) return <Loaded version={version.data} />;
  return (
    <Page>
      <PageHeader title={`${model}@${number}`} />
      {version.error ? (
        <ErrorState error={version.error} onRetry={() => void version.refetch()} />
      ) : (
        <div role="status" aria-busy="true" className="flex flex-col gap-5">
          <Skeleton className="h-32 w-full rounded-md" />
          <Skeleton className="h-[30rem] w-full rounded-md" />
        </div>
      )}
    </Page>
  );
}

function Loaded({ version }: { version: ModelVersionDetail }) {
  const t = useTranslations("models");
  const { may } = useWorkspace();
  const [tab, setTab] = useUrlState("tab", "report");
  const [, setTrue] = useUrlState("true");
  const [, setCalled] = useUrlState("called");
  const [deploying, setDeploying] = useState(false);
  const { report } = version;
  const name = `${version.model}@${version.version}`;
  const showMistakes = (label: string, predicted: string) => {
    setTrue(label);
    setCalled(predicted);
    setTab("mistakes");
  };
  const wrong = Math.round((1 - report.accuracy) * report.samples);
  return (
    <Page>
      <PageHeader
        title={
          <>
            {version.model}
            <span className="font-normal text-ink-muted">@{version.version}</span>
          </>
        }
        badge={<Badge>{presetName(version.preset)}</Badge>}
        actions={
          <>
            {may("owner") && <DeleteMenu name={name} version={version} />}
            {may("editor") && (
              <Button kind="primary" icon={<Rocket aria-hidden />} onClick={() => setDeploying(true)}>
                {t("deploy")}
              </Button>
            )}
          </>
        }
      />
      <div className="flex flex-col gap-5">
        <Headline version={version} />
        <Lineage version={version} />
        <Tabs
          label={t("parts")}
          value={tab}
          onValueChange={setTab}
          items={[
            {
              value: "report",
              label: t("tab.report"),
              content: (
                <div className="flex flex-col gap-8">
                  <ConfusionMatrix confusion={report.confusion} labels={version.labels} fileName={`${version.model}-${version.version}-confusion`} onPick={showMistakes} />
                  <ClassTable classes={report.classes} fileName={`${version.model}-${version.version}-labels`} />
                </div>
              ),
            },
            { value: "mistakes", label: t("tab.mistakes"), count: wrong, content: <Mistakes version={version} wrong={wrong} /> },
            { value: "inside", label: t("tab.inside"), content: <Inside version={version} /> },
          ]}
        />
      </div>
      {deploying && <DeployDialog model={name} onClose={() => setDeploying(false)} />}
    </Page>
  );
}

function DeleteMenu({ name, version }: { name: string; version: ModelVersionDetail }) {
  const t = useTranslations("models");
  const tc = useTranslations("common");
  const router = useRouter();
  const { paths } = useWorkspace();
  const remove = useAction("model-version.delete", ["model.list", "model.show"]);
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Menu items={[{ label: t("delete.action"), icon: <Trash2 aria-hidden />, danger: true, onSelect: () => setAsking(true) }]}>
        <IconButton label={tc("moreActions")} tooltip={false} kind="secondary">
          <Ellipsis aria-hidden />
        </IconButton>
      </Menu>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t("delete.title", { model: name })}
        action={t("delete.action")}
        typeName={name}
        onConfirm={async () => {
          await remove.mutateAsync({ model: version.model, version: version.version });
          router.push(paths.models);
        }}
      >
        {version.endpoints.length > 0 ? t("delete.served", { endpoints: version.endpoints.join(", ") }) : t("delete.text")}
      </ConfirmDialog>
    </>
  );
}
