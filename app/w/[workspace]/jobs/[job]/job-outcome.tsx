"use client";

import { useFormatter, useLocale, useMessages, useTranslations } from "next-intl";
import { useMemo } from "react";
import { Card, ErrorNote, Progress, StatusIcon, useDuration } from "#app/ui";
import { isTerminal } from "#lib/domain/job";
import { formatBytes } from "#lib/domain/units";
import type { Job } from "#lib/protocol/jobs";
import { metricsOf, type EventLog } from "./event-log";
import { statusSentence } from "./status-sentence";
import { trainedEpochs } from "./training-curves";

/** How it is going or what happened, in one sentence, with the bar, the reason and the figures. */
export function JobOutcome({ job, log }: { job: Job; log: EventLog }) {
  const t = useTranslations("jobs");
  const tc = useTranslations("common");
  const format = useFormatter();
  const duration = useDuration();
  const locale = useLocale();
  const trained = useMemo(() => trainedEpochs(metricsOf(log)), [log]);
  const { key, values } = statusSentence(job, trained);
  // Every place a sentence may have is filled; each takes the ones it names.
  const sentence = t(`sentence.${key}`, {
    epoch: values.epoch ?? 0,
    epochs: values.epochs ?? 0,
    best: values.best ?? 0,
    attempt: values.attempt ?? 0,
    files: values.files ?? 0,
    leftOut: values.leftOut ?? 0,
    dataset: values.dataset ?? "",
    percent: format.number(values.percent ?? 0, { style: "percent", maximumFractionDigits: 0 }),
    left: duration(coarse(values.leftMs ?? 0)),
    phase: job.progress ? tc(`phases.${job.progress.phase}`) : "",
  });
  const names: Record<string, string> = useMessages().jobs.metricName;
  // In the catalog's order, the one that matters most first; what it does not know stands last.
  const order = Object.keys(names);
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  const figures = Object.entries(job.result?.metrics ?? {})
    .filter((entry): entry is [string, number] => typeof entry[1] === "number")
    .sort(([a], [b]) => place(a) - place(b));
  const under = !isTerminal(job.status);
  const stop = locale === "zh-CN" ? "。" : ".";

  return (
    <Card>
      <div className="flex items-start gap-2.5">
        <StatusIcon status={job.status} className="mt-1" />
        <p role="status" className="nums min-w-0 flex-1 text-lg font-medium text-balance">
          {sentence}
          {stop}
        </p>
        {under && job.progress && <span className="nums mt-0.5 shrink-0 text-base text-ink-muted">{format.number(job.progress.fraction, { style: "percent", maximumFractionDigits: 0 })}</span>}
      </div>
      {under && <Progress className="mt-3" fraction={job.status === "queued" ? 0 : (job.progress?.fraction ?? null)} label={job.name} tone={job.status === "stopping" ? "waiting" : "accent"} />}
      {job.error && (
        <div className="mt-3">
          <ErrorNote error={job.error} />
        </div>
      )}
      {figures.length > 0 && (
        <dl className="mt-4 flex flex-wrap gap-x-8 gap-y-2 border-t border-line pt-3">
          {figures.map(([name, value]) => (
            <div key={name}>
              <dt className="text-sm text-ink-muted">{names[name] ?? name}</dt>
              <dd className="nums text-lg font-semibold">{figure(name, value)}</dd>
            </div>
          ))}
        </dl>
      )}
    </Card>
  );

  function figure(name: string, value: number): string {
    if (name === "sizeBytes") return formatBytes(value);
    const share = /accuracy|f1|error/i.test(name) && value >= 0 && value <= 1;
    return share ? format.number(value, { style: "percent", maximumFractionDigits: 1 }) : format.number(value, { maximumSignificantDigits: 4 });
  }
}

/** A remaining time that does not tremble: whole minutes from two minutes on, else ten seconds. */
export function coarse(ms: number): number {
  const step = ms >= 120_000 ? 60_000 : ms >= 20_000 ? 10_000 : 1000;
  return Math.max(step, Math.round(ms / step) * step);
}
