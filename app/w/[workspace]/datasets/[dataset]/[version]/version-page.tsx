"use client";

import { RotateCcw, Sparkles } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { Badge, Bytes, Button, CliHint, CopyId, ErrorNote, ErrorState, KeyValue, LinkButton, Note, Num, Page, PageHeader, RelativeTime, Skeleton, Stat, StatRow, StatusBadge, Tabs, useUrlState } from "#app/ui";
import { useLive, useOperation, useWorkspace } from "#app/frame";
import type { DatasetVersion } from "#lib/protocol/datasets";
import { commands } from "../../../_commands/command-line";
import { PageLink } from "../../../jobs/[job]/job-facts";
import { CreateDatasetDialog } from "../../_create/create-dataset-dialog";
import { useCreateDialog } from "../../_create/use-create-dialog";
import { DraftActions } from "./draft-actions";
import { Duplicates } from "./duplicates";
import { Findings } from "./findings";
import { Gallery } from "./gallery";
import { ImportProgress } from "./import-progress";
import { LabelCounts } from "./label-counts";
import { labelTotal } from "./label-total";
import { RejectedFiles } from "./rejected-files";
import { VersionMenu } from "./version-menu";

/** Can I trust this data? */
export function VersionPage({ dataset, version: number }: { dataset: string; version: number }) {
  const { connected } = useLive();
  const version = useOperation("dataset-version.show", { dataset, version: number }, { refetchIntervalMs: connected ? false : 4000 });
  const title = (
    <>
      {dataset}
      <span className="font-normal text-ink-muted">@{number}</span>
    </>
  );
  if (version.data) return <Loaded version={version.data} title={title} />;
  return (
    <Page>
      <PageHeader title={title} />
      {version.error ? (
        <ErrorState error={version.error} onRetry={() => void version.refetch()} />
      ) : (
        <div role="status" aria-busy="true" className="flex flex-col gap-5">
          <Skeleton className="h-[86px] w-full rounded-md" />
          <Skeleton className="h-96 w-full rounded-md" />
        </div>
      )}
    </Page>
  );
}

function Loaded({ version, title }: { version: DatasetVersion; title: React.ReactNode }) {
  const t = useTranslations("datasets");
  const tc = useTranslations("common");
  const { paths, may } = useWorkspace();
  const create = useCreateDialog();
  const name = `${version.dataset}@${version.version}`;
  const source = { dataset: version.dataset, bucket: version.bucket, prefix: version.prefix };
  const again = may("editor") && (version.status === "ready" || version.status === "failed") && (
    <Button kind={version.status === "failed" ? "primary" : "secondary"} icon={<RotateCcw aria-hidden />} onClick={() => create.show(source)}>
      {t("newVersion")}
    </Button>
  );
  return (
    <Page>
      <PageHeader
        title={title}
        badge={
          <>
            <StatusBadge status={version.status} />
            {version.name && <Badge>{version.name}</Badge>}
            {version.publishedAtMs !== null && <Badge>{t("published")}</Badge>}
          </>
        }
        actions={
          <>
            <VersionMenu version={version} />
            {again}
            <DraftActions version={version} />
            {version.status === "ready" && may("editor") && (
              <LinkButton kind="primary" icon={<Sparkles aria-hidden />} href={paths.newAutoLearn(name)}>
                {t("train")}
              </LinkButton>
            )}
          </>
        }
      />
      {version.status === "draft" && <DraftNote version={version} />}
      {version.status === "freezing" && (
        <div className="mb-5 flex max-w-3xl flex-col gap-3">
          <p className="text-base text-ink-muted">{t("freezingNote")}</p>
          {version.job && <ImportProgress job={version.job} failed={false} />}
        </div>
      )}
      {version.status === "ready" || version.status === "draft" || version.status === "freezing" ? (
        <Samples version={version} />
      ) : (
        <div className="flex max-w-3xl flex-col gap-5">
          {version.status === "failed" && version.error && <ErrorNote error={version.error} />}
          {version.job && <ImportProgress job={version.job} failed={version.status === "failed"} />}
          <KeyValue
            items={[
              { label: t("source"), value: <PageLink href={paths.bucket(version.bucket, version.prefix)}>{`${version.bucket}/${version.prefix}`}</PageLink> },
              { label: tc("created"), value: <RelativeTime atMs={version.createdAtMs} /> },
            ]}
          />
          <CliHint wrap command={commands.datasetCreate(source)} />
        </div>
      )}
      <CreateDatasetDialog />
    </Page>
  );
}

function DraftNote({ version }: { version: DatasetVersion }) {
  const t = useTranslations("datasets.draftNote");
  const { paths } = useWorkspace();
  return (
    <div className="mb-5 flex flex-col gap-3">
      <Note title={t("title")}>
        {t("text")}{" "}
        {version.base !== null && <PageLink href={paths.datasetDiff(`${version.dataset}@${version.version}`, version.base)}>{t("base", { base: version.base })}</PageLink>}
      </Note>
      {version.error && <ErrorNote error={version.error} />}
    </div>
  );
}

function Samples({ version }: { version: DatasetVersion }) {
  const t = useTranslations("datasets");
  const tc = useTranslations("common");
  const { paths } = useWorkspace();
  const format = useFormatter();
  const [tab, setTab] = useUrlState("tab", "labels");
  const split = (name: "train" | "validation" | "test") => version.labels.reduce((sum, label) => sum + label[name], 0);
  const sizes = version.labels.map(labelTotal);
  return (
    <div className="flex flex-col gap-5">
      <StatRow>
        <Stat label={t("samples")} value={<Num value={version.samples} />} text={<Bytes value={version.sizeBytes} />} />
        <Stat
          label={t("labels")}
          value={<Num value={version.labels.length} />}
          text={version.unlabelled > 0 ? t("unlabelledPictures", { count: version.unlabelled }) : sizes.length > 0 ? t("labelSpread", { least: Math.min(...sizes), most: Math.max(...sizes) }) : undefined}
        />
        <Stat label={t("splits")} value={<span className="text-lg">{[split("train"), split("validation"), split("test")].map((count) => format.number(count)).join(" / ")}</span>} text={t("splitsText")} />
        <Stat label={t("rejected")} value={<Num value={version.rejected} />} text={version.rejected === 0 ? t("rejectedNone") : t("rejectedSome")} />
        <Stat label={t("findings")} value={<Num value={version.findings.length} />} text={version.findings.length === 0 ? t("findingsNone") : t("findingsSome")} />
      </StatRow>
      <Tabs
        label={t("parts")}
        value={tab}
        onValueChange={setTab}
        items={[
          {
            value: "labels",
            label: t("tab.labels"),
            content: (
              <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
                <LabelCounts version={version} />
                <aside aria-label={t("about")} className="flex min-w-0 flex-col gap-6">
                  {version.findings.length > 0 && <Findings version={version} />}
                  <KeyValue
                    items={[
                      { label: t("digest"), value: version.digest && <CopyId id={version.digest} shown={14} thing={t("digest")} /> },
                      { label: t("source"), value: <PageLink href={paths.bucket(version.bucket, version.prefix)}>{`${version.bucket}/${version.prefix}`}</PageLink> },
                      { label: t("format"), value: t(`formats.${version.format}`) },
                      { label: t("madeFrom"), value: version.base === null ? null : <PageLink href={paths.dataset(`${version.dataset}@${version.base}`)}>{`${version.dataset}@${version.base}`}</PageLink> },
                      { label: t("madeBy"), value: version.job && <PageLink href={paths.job(version.job)}>{tc("jobKinds.import-dataset")}</PageLink> },
                      { label: tc("created"), value: <RelativeTime atMs={version.createdAtMs} /> },
                      { label: t("by"), value: version.createdBy },
                      { label: t("versions"), value: <PageLink href={paths.dataset(version.dataset)}>{t("allVersions")}</PageLink> },
                    ]}
                  />
                  {version.status === "ready" && <p className="text-sm text-ink-muted">{t("frozen")}</p>}
                  <CliHint wrap command={commands.datasetShow(`${version.dataset}@${version.version}`)} />
                </aside>
              </div>
            ),
          },
          { value: "pictures", label: t("tab.pictures"), content: <Gallery version={version} /> },
          {
            value: "findings",
            label: t("tab.findings"),
            count: version.findings.length,
            content: version.findings.length > 0 ? (
              <div className="flex max-w-3xl flex-col gap-3">
                <p className="text-base text-ink-muted">{t("findingsText")}</p>
                <Findings version={version} bare />
              </div>
            ) : (
              <Note>{t("findingsNone")}</Note>
            ),
          },
          { value: "duplicates", label: t("tab.duplicates"), count: version.duplicates ? version.duplicates.exactGroups + version.duplicates.nearGroups : undefined, content: <Duplicates version={version} /> },
          { value: "rejected", label: t("tab.rejected"), count: version.rejected, content: <RejectedFiles version={version} /> },
        ]}
      />
    </div>
  );
}
