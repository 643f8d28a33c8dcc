"use client";

import { useTranslations } from "next-intl";
import { ErrorState, LinkButton, Note, Page, PageHeader, Skeleton } from "#app/ui";
import { useOperation, useWorkspace } from "#app/frame";
import { Labelling } from "./labelling";

/** What is this picture? */
export function LabelPage({ dataset, version: number }: { dataset: string; version: number }) {
  const t = useTranslations("labelling");
  const { paths, may } = useWorkspace();
  const version = useOperation("dataset-version.show", { dataset, version: number });
  const name = `${dataset}@${number}`;
  if (version.data?.status === "draft" && may("editor")) return <Labelling version={version.data} />;
  return (
    <Page>
      <PageHeader title={t("titleOf", { name })} />
      {version.error && !version.data ? (
        <ErrorState error={version.error} onRetry={() => void version.refetch()} />
      ) : version.data ? (
        <div className="flex max-w-2xl flex-col items-start gap-4">
          <Note kind="warning">{may("editor") ? t("notADraft") : t("viewerOnly")}</Note>
          <LinkButton href={paths.dataset(name)}>{t("toVersion", { name })}</LinkButton>
        </div>
      ) : (
        <div role="status" aria-busy="true">
          <Skeleton className="h-96 w-full rounded-md" />
        </div>
      )}
    </Page>
  );
}
