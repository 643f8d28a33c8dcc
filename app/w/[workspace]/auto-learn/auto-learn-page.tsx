"use client";

import { Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { LinkButton, Page, PageHeader } from "#app/ui";
import { useWorkspace } from "#app/frame";
import { JobTable } from "../jobs/job-table";

/** Trainings without code, newest first. */
export function AutoLearnPage() {
  const t = useTranslations("autoLearn");
  const { paths, may } = useWorkspace();
  return (
    <Page>
      <PageHeader
        title={t("list")}
        text={t("text")}
        actions={
          may("editor") && (
            <LinkButton kind="primary" icon={<Plus aria-hidden />} href={paths.newAutoLearn()}>
              {t("new")}
            </LinkButton>
          )
        }
      />
      <JobTable kind="auto-learn" />
    </Page>
  );
}
