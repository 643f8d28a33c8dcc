"use client";

import clsx from "clsx";
import { useFormatter, useTranslations } from "next-intl";
import { RadioGroup } from "radix-ui";
import { formatBytes } from "#lib/domain/units";
import { resNetPresets } from "#lib/domain/resnet-presets";
import { presets, type AutoLearnRequest } from "#lib/protocol/jobs";

type Preset = AutoLearnRequest["preset"];

/** The five networks as a table one chooses from: what each costs, and when to take it. */
export function PresetChoice({ value, onValueChange }: { value: Preset; onValueChange: (preset: Preset) => void }) {
  const t = useTranslations("autoLearn.preset");
  const format = useFormatter();
  const base = resNetPresets.resnet18.gigaMacs;
  return (
    <div className="overflow-hidden rounded-md border border-line bg-surface">
      <div aria-hidden className="grid h-8 grid-cols-[minmax(0,1fr)_5rem] items-center gap-x-4 border-b border-line px-3 pl-10 text-sm text-ink-muted sm:grid-cols-[7rem_minmax(0,1fr)_6rem_5rem_4.5rem]">
        <span>{t("network")}</span>
        <span className="max-sm:hidden">{t("when")}</span>
        <span className="text-right max-sm:hidden">{t("parameters")}</span>
        <span className="text-right max-sm:hidden">{t("size")}</span>
        <span className="text-right">{t("time")}</span>
      </div>
      <RadioGroup.Root aria-label={t("network")} value={value} onValueChange={(next) => onValueChange(next as Preset)}>
        {presets.map((preset) => {
          const { parameters, gigaMacs } = resNetPresets[preset];
          const chosen = preset === value;
          return (
            <RadioGroup.Item
              key={preset}
              value={preset}
              className={clsx(
                "row-h relative grid w-full grid-cols-[minmax(0,1fr)_5rem] items-center gap-x-4 border-b border-line px-3 py-1.5 pl-10 text-left -outline-offset-2 last:border-b-0 hover:bg-hover sm:grid-cols-[7rem_minmax(0,1fr)_6rem_5rem_4.5rem]",
                chosen && "bg-accent-soft hover:bg-accent-soft",
              )}
            >
              <span className={clsx("absolute left-3 grid size-4 place-items-center rounded-full border bg-surface", chosen ? "border-accent" : "border-line-strong")}>
                <RadioGroup.Indicator className="size-2 rounded-full bg-accent" />
              </span>
              <span className="font-medium whitespace-nowrap">{preset.replace("resnet", "ResNet-")}</span>
              <span className="min-w-0 text-sm text-ink-muted max-sm:order-last max-sm:col-span-2">{t(`for.${preset}`)}</span>
              <span className="nums text-right text-sm max-sm:hidden">{t("million", { count: format.number(parameters / 1e6, { maximumFractionDigits: 1 }) })}</span>
              <span className="nums text-right text-sm max-sm:hidden">{formatBytes(parameters * 4)}</span>
              <span className="nums text-right text-sm">
                <span className="sr-only">{t("time")} </span>
                {t("times", { factor: format.number(gigaMacs / base, { maximumFractionDigits: 1 }) })}
              </span>
            </RadioGroup.Item>
          );
        })}
      </RadioGroup.Root>
    </div>
  );
}
