"use client";

import { useFormatter, useTranslations } from "next-intl";
import { DownloadMenu } from "#app/charts";
import { Stat, StatRow } from "#app/ui";
import type { ModelVersionDetail } from "#lib/protocol/models";
import { wilsonInterval } from "./interval";

/** The held-out accuracy, large, with how sure one may be of it; then the other figures, each with what it means. */
export function Headline({ version }: { version: ModelVersionDetail }) {
  const t = useTranslations("models.headline");
  const format = useFormatter();
  const { report } = version;
  const percent = (value: number, digits = 1) => format.number(value, { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits });
  const right = Math.round(report.accuracy * report.samples);
  const { low, high } = wilsonInterval(report.accuracy, report.samples);
  const chance = 1 / version.labels.length;
  return (
    <section aria-label={t("label")} className="overflow-hidden rounded-md border border-line">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 bg-surface p-4">
        <div className="flex min-w-0 flex-wrap items-baseline gap-x-4 gap-y-1">
          <p className="nums text-2xl font-semibold tracking-[-0.02em]">{percent(report.accuracy)}</p>
          <div className="min-w-0">
            <p className="text-base font-medium">{t("accuracy")}</p>
            <p className="max-w-[64ch] text-base text-ink-muted">{t("right", { right: format.number(right), samples: format.number(report.samples) })}</p>
            <p className="nums max-w-[64ch] text-sm text-ink-muted">{t("interval", { low: percent(low, 0), high: percent(high, 0), chance: percent(chance, chance < 0.1 ? 1 : 0) })}</p>
          </div>
        </div>
        <DownloadMenu
          fileName={`${version.model}-${version.version}-report`}
          label={t("label")}
          table={() => ({
            header: ["figure", "value"],
            rows: [
              ["split", report.split], ["samples", report.samples], ["accuracy", report.accuracy], ["macro_f1", report.macroF1], ["top3_accuracy", report.top3Accuracy],
              ["log_loss", report.logLoss], ["expected_calibration_error", report.expectedCalibrationError],
              ...Object.entries(report.training).map(([name, value]): [string, string | number] => [`training.${name}`, value]),
            ],
          })}
          value={() => report}
        />
      </div>
      <div className="border-t border-line [&>div]:rounded-none [&>div]:border-0">
        <StatRow>
          <Stat label={t("macroF1")} value={percent(report.macroF1)} text={t("macroF1Text")} />
          <Stat label={t("top3")} value={percent(report.top3Accuracy)} text={t("top3Text")} />
          <Stat label={t("calibration")} value={percent(report.expectedCalibrationError)} text={t("calibrationText")} />
          <Stat label={t("logLoss")} value={format.number(report.logLoss, { maximumFractionDigits: 3, minimumFractionDigits: 3 })} text={t("logLossText")} />
        </StatRow>
      </div>
    </section>
  );
}
