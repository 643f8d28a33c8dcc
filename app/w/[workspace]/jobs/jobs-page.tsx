"use client";

import { Sparkles } from "lucide-react";
import { useTranslations } from "next-intl";
import { CliHint, LinkButton, Page, PageHeader } from "#app/ui";
import { useWorkspace } from "#app/frame";
import { commands } from "../_commands/command-line";
import { JobTable } from "./job-table";

/** What was started here, and how it is going. */
export function JobsPage() {
  const t = useTranslations("jobs");
  const { paths, may } = useWorkspace();
  return (
    <Page>
      <PageHeader
        title={t("list")}
        text={t("text")}
        actions={
          may("editor") && (
            <LinkButton kind="primary" icon={<Sparkles aria-hidden />} href={paths.newAutoLearn()}>
              {t("startAutoLearn")}
            </LinkButton>
          )
        }
      />
      <JobTable />
      <div className="mt-6 max-w-xl">
        <CliHint command={commands.jobList()} />
      </div>
    </Page>
  );
}
