"use client";

import { ChevronRight } from "lucide-react";
import { useTranslations } from "next-intl";
import { Field, Input } from "#app/ui";
import type { FormProblems, FormState } from "./form-state";

type Props = { state: FormState; problems: FormProblems; onChange: (change: Partial<FormState>) => void; open: boolean };

/** What has a good default, folded away. */
export function AdvancedFields({ state, problems, onChange, open }: Props) {
  const t = useTranslations("autoLearn");
  const error = (field: keyof FormProblems, limits: { least?: number; most?: number } = {}) => {
    const problem = problems[field];
    return problem && t(`problem.${problem}`, { least: limits.least ?? 0, most: limits.most ?? 0 });
  };
  return (
    <details open={open} className="group rounded-md border border-line bg-surface">
      <summary className="flex h-10 cursor-pointer list-none items-center gap-2 rounded-md px-3 text-base font-medium hover:bg-hover [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden className="size-4 text-ink-faint transition-transform duration-100 group-open:rotate-90" />
        {t("advanced")}
        <span className="min-w-0 truncate text-sm font-normal text-ink-muted">{t("advancedText")}</span>
      </summary>
      <div className="grid gap-4 border-t border-line p-4 sm:grid-cols-3">
        <Field label={t("imageSize")} hint={t("imageSizeHint")} error={error("size", { least: 16, most: 512 })}>
          <Input inputMode="numeric" value={state.size} placeholder={t("automatic")} onChange={(event) => onChange({ size: event.target.value })} />
        </Field>
        <Field label={t("epochs")} hint={t("epochsHint")} error={error("epochs", { least: 1, most: 1000 })}>
          <Input inputMode="numeric" value={state.epochs} placeholder={t("automatic")} onChange={(event) => onChange({ epochs: event.target.value })} />
        </Field>
        <Field label={t("seed")} hint={t("seedHint")} error={error("seed", { least: 0, most: 2 ** 31 - 1 })}>
          <Input inputMode="numeric" value={state.seed} placeholder="0" onChange={(event) => onChange({ seed: event.target.value })} />
        </Field>
        <Field label={t("pretrained")} hint={t("pretrainedHint")} error={error("pretrained")} className="sm:col-span-3">
          <Input value={state.pretrained} placeholder="s3://weights/resnet18.safetensors" spellCheck={false} autoCapitalize="off" onChange={(event) => onChange({ pretrained: event.target.value })} />
        </Field>
      </div>
    </details>
  );
}
