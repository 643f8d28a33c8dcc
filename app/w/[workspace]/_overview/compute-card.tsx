"use client";

import { useFormatter, useTranslations } from "next-intl";
import { Card, LabelledProgress, LinkButton, Note, Section, SkeletonRows } from "#app/ui";
import { useOperation, useWorkspace } from "#app/frame";

/** How busy the runners are; the runners' page has the rest. */
export function ComputeCard() {
  const t = useTranslations("overview.compute");
  const format = useFormatter();
  const { paths } = useWorkspace();
  const runners = useOperation("runner.list", {}, { refetchIntervalMs: 15_000 });
  const online = runners.data?.filter((runner) => runner.online);
  return (
    <Section title={t("title")} actions={<LinkButton kind="ghost" size="sm" href={paths.runners}>{t("all")}</LinkButton>}>
      {online === undefined ? (
        <Card pad={false}>
          <SkeletonRows rows={2} />
        </Card>
      ) : online.length === 0 ? (
        <Note kind="warning" title={t("noneTitle")}>
          {t("noneText")}
        </Note>
      ) : (
        <Card className="flex flex-col gap-3">
          {online.slice(0, 4).map((runner) => (
            <LabelledProgress
              key={runner.name}
              label={runner.name}
              fraction={runner.load ? Math.min(1, runner.load.cpuFraction) : null}
              detail={runner.info ? t("slots", { used: format.number(runner.load?.jobs.length ?? 0), slots: format.number(runner.info.slots) }) : null}
            />
          ))}
        </Card>
      )}
    </Section>
  );
}
