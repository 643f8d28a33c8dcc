"use client";

import { ChartLine } from "lucide-react";
import { useTranslations } from "next-intl";
import { useMemo } from "react";
import { DownloadMenu, LineChart, type Curve } from "#app/charts";
import { Section, Skeleton } from "#app/ui";
import { metricsOf, type EventLog, type MetricPoint } from "./event-log";
import { curvesOf } from "./training-curves";

type Group = { key: "loss" | "accuracy" | "learningRate" | "speed"; format: "number" | "percent"; metrics: readonly { name: string; label: "train" | "validation" }[] };

const groups: readonly Group[] = [
  { key: "loss", format: "number", metrics: [{ name: "train/loss", label: "train" }, { name: "validation/loss", label: "validation" }] },
  { key: "accuracy", format: "percent", metrics: [{ name: "train/accuracy", label: "train" }, { name: "validation/accuracy", label: "validation" }] },
  { key: "learningRate", format: "number", metrics: [{ name: "train/learning-rate", label: "train" }] },
  { key: "speed", format: "number", metrics: [{ name: "train/images-per-second", label: "train" }] },
];
const grouped = new Set(groups.flatMap((group) => group.metrics.map((metric) => metric.name)));

/** A job's metrics as curves that fill while it runs. */
export function MetricCharts({ log, job, name, waiting, reading }: { log: EventLog; job: string; name: string; waiting: boolean; reading: boolean }) {
  const t = useTranslations("jobs.curve");
  const metrics = useMemo(() => metricsOf(log), [log]);
  const curves = useMemo(() => curvesOf(metrics), [metrics]);
  const others = [...curves.keys()].filter((each) => !grouped.has(each));
  const shownGroups = groups.filter((group) => group.metrics.some((metric) => curves.has(metric.name)));
  const attempts = new Set(metrics.map((metric) => metric.attempt));
  const file = `${name}-${job.slice(0, 8)}`;
  const xLabel = t("step");

  return (
    <Section
      title={t("title")}
      actions={metrics.length > 0 && <DownloadMenu fileName={`${file}-metrics`} label={t("metrics")} table={() => metricTable(metrics)} value={() => metrics} />}
    >
      {metrics.length === 0 ? (
        reading ? (
          <div className="grid gap-3 md:grid-cols-2">
            <Skeleton className="h-80 rounded-md" />
            <Skeleton className="h-80 rounded-md" />
          </div>
        ) : (
          <div className="flex items-center gap-3 rounded-md border border-dashed border-line-strong px-4 py-6 text-base text-ink-muted">
            <ChartLine aria-hidden className="size-5 shrink-0 text-ink-faint" />
            <p>{waiting ? t("noneText") : t("noneEver")}</p>
          </div>
        )
      ) : (
        <>
          {attempts.size > 1 && <p className="mb-2 text-sm text-ink-muted">{t("attempt", { attempt: Math.max(...attempts) })}</p>}
          <div className="grid gap-3 md:grid-cols-2">
            {shownGroups.map((group) => (
              <LineChart
                key={group.key}
                title={t(group.key)}
                xLabel={xLabel}
                yLabel={t(`${group.key}Unit`)}
                format={group.format}
                syncKey={job}
                fileName={`${file}-${group.key}`}
                curves={group.metrics.flatMap<Curve>((metric, index) => {
                  const points = curves.get(metric.name);
                  return points ? [{ key: metric.name, label: t(metric.label), points, color: index }] : [];
                })}
              />
            ))}
            {others.map((each) => (
              <LineChart key={each} title={each} xLabel={xLabel} yLabel={each} syncKey={job} fileName={`${file}-${each.replaceAll(/[^\w-]+/g, "-")}`} curves={[{ key: each, label: each, points: curves.get(each)!, color: 0 }]} />
            ))}
          </div>
        </>
      )}
    </Section>
  );
}

function metricTable(metrics: readonly MetricPoint[]) {
  return {
    header: ["attempt", "time", "name", "step", "epoch", "value"],
    rows: metrics.map((metric) => [metric.attempt, new Date(metric.atMs).toISOString(), metric.name, metric.step, metric.epoch, metric.value]),
  };
}
