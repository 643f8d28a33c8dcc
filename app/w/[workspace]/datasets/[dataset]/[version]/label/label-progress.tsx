"use client";

import { CloudAlert, CloudCheck, CloudOff, LoaderCircle } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { Progress, useDuration, useNow } from "#app/ui";
import type { SaveState } from "./label-store";
import { paceOf } from "./pace";

/** How far it is, how fast it goes, and whether all is saved. */
export function LabelProgress({ samples, unlabelled, labelledAtMs, save, waiting }: { samples: number; unlabelled: number; labelledAtMs: readonly number[]; save: SaveState; waiting: number }) {
  const t = useTranslations("labelling");
  const format = useFormatter();
  const duration = useDuration();
  const nowMs = useNow(10_000);
  const pace = paceOf(labelledAtMs, Math.max(nowMs, labelledAtMs.at(-1) ?? 0), unlabelled);
  const done = samples - unlabelled;
  const Icon = { saved: CloudCheck, saving: LoaderCircle, offline: CloudOff, stopped: CloudAlert }[save];
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-0.5 text-sm text-ink-muted">
        <span className="nums">{t("progress", { done: format.number(done), samples: format.number(samples) })}</span>
        {pace && <span className="nums">{t("pace", { perMinute: format.number(pace.perMinute, { maximumFractionDigits: 0 }) })}</span>}
        {pace?.leftMs != null && <span className="nums">{t("left", { time: duration(pace.leftMs) })}</span>}
        <span role="status" data-save={save} className="ml-auto flex items-center gap-1.5">
          <Icon aria-hidden className="size-4" />
          {t(`save.${save}`, { count: waiting })}
        </span>
      </div>
      <Progress fraction={samples > 0 ? done / samples : null} label={t("progressLabel")} />
    </div>
  );
}
