"use client";

import { Download } from "lucide-react";
import { useFormatter, useMessages, useTranslations } from "next-intl";
import { Badge, Bytes, CliHint, CopyId, KeyValue, Num, RelativeTime, Section, useDuration } from "#app/ui";
import { DownloadMenu } from "#app/charts";
import { stopReasons, type StopReason } from "#lib/domain/job";
import type { ModelVersionDetail } from "#lib/protocol/models";
import { commands } from "../../../_commands/command-line";
import { presetName } from "../../models-page";

/** How a picture becomes input, what comes out, how it was trained, and its files. */
export function Inside({ version }: { version: ModelVersionDetail }) {
  const t = useTranslations("models.inside");
  const tc = useTranslations("common");
  const format = useFormatter();
  const duration = useDuration();
  const { signature, report } = version;
  const { imageSize, resizeShortSide, mean, std } = signature.input;
  const names: Record<string, string> = useMessages().models.inside.trainingName;
  const channel = (values: readonly number[]) => values.map((value) => format.number(value, { maximumFractionDigits: 3 })).join(" · ");
  return (
    <div className="grid items-start gap-x-8 gap-y-6 lg:grid-cols-2">
      <Section title={t("input")} actions={<DownloadMenu fileName={`${version.model}-${version.version}-signature`} label={t("input")} value={() => signature} />}>
        <ol className="flex list-decimal flex-col gap-2 pl-5 text-base marker:text-ink-faint">
          <li className="pl-1">{t("turn")}</li>
          <li className="pl-1">{t("resize", { short: resizeShortSide, size: imageSize })}</li>
          <li className="pl-1">{t("scale")}</li>
          <li className="pl-1">
            {t("normalise")}
            <dl className="nums mt-1 grid w-fit grid-cols-[auto_auto] gap-x-4 text-sm text-ink-muted">
              <dt>{t("mean")}</dt>
              <dd>{channel(mean)}</dd>
              <dt>{t("std")}</dt>
              <dd>{channel(std)}</dd>
            </dl>
            <p className="mt-1 text-sm text-ink-muted">{t("why")}</p>
          </li>
        </ol>
        <p className="mt-3 text-base text-ink-muted">{t("done")}</p>
      </Section>
      <Section title={t("output")}>
        <p className="mb-2 max-w-[60ch] text-base text-ink-muted">{t("outputText", { count: signature.labels.length })}</p>
        <ul className="flex max-h-56 flex-wrap gap-1 overflow-y-auto">
          {signature.labels.map((label) => (
            <li key={label}>
              <Badge>{label}</Badge>
            </li>
          ))}
        </ul>
      </Section>
      <Section title={t("training")}>
        <KeyValue
          items={[
            { label: t("network"), value: presetName(version.preset) },
            { label: t("parameters"), value: <Num value={version.parameterCount} /> },
            ...Object.entries(report.training)
              // The same time in words, which are English ones.
              .filter(([name]) => name !== "duration")
              .map(([name, value]) => ({ label: names[name] ?? name, value: <span className="nums">{trainingValue(name, value)}</span> })),
            { label: tc("created"), value: <RelativeTime atMs={version.createdAtMs} /> },
          ]}
        />
      </Section>
      <div className="flex min-w-0 flex-col gap-6">
        <Section title={t("files")}>
          <ul className="rounded-md border border-line bg-surface">
            {version.files.map((file) => (
              <li key={file.name} className="row-h flex flex-wrap items-center gap-x-3 border-b border-line px-3 py-1 last:border-b-0">
                <a href={file.url} download={file.name} className="inline-flex min-w-0 flex-1 items-center gap-2 rounded-sm font-medium hover:underline">
                  <Download aria-hidden className="size-4 shrink-0 text-ink-faint" />
                  <span className="min-w-0 truncate">{file.name}</span>
                </a>
                <span className="text-sm text-ink-muted">
                  <Bytes value={file.sizeBytes} />
                </span>
                <span className="text-ink-muted max-sm:hidden">
                  <CopyId id={file.sha256} shown={8} thing="SHA-256" />
                </span>
              </li>
            ))}
          </ul>
          <p className="mt-2 text-sm text-ink-muted">{t("filesText")}</p>
        </Section>
        <CliHint command={commands.modelShow(`${version.model}@${version.version}`)} />
        <CliHint title={t("export")} command={commands.modelExport(`${version.model}@${version.version}`)} />
      </div>
    </div>
  );

  function trainingValue(name: string, value: string | number): string {
    if (name === "stopReason" && isStopReason(value)) return tc(`stopReasons.${value}`);
    if (typeof value === "string") return value;
    if (name === "seconds") return duration(value * 1000);
    return name === "validationAccuracy" ? format.number(value, { style: "percent", maximumFractionDigits: 1 }) : format.number(value, { maximumSignificantDigits: 6 });
  }
}

function isStopReason(value: string | number): value is StopReason {
  return stopReasons.some((reason) => reason === value);
}
