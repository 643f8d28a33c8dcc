"use client";

import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { Button, Dialog, ErrorNote, Field, Input, Note, Slider, Switch } from "#app/ui";
import { useAction } from "#app/frame";
import { splitOptions, type DatasetVersion, type SplitOptions } from "#lib/protocol/datasets";

/** How a draft is split when it is frozen for good. */
export function FreezeDialog({ version, onClose }: { version: DatasetVersion; onClose: () => void }) {
  const t = useTranslations("datasets.freeze");
  const tc = useTranslations("common");
  const format = useFormatter();
  const freeze = useAction("dataset-version.freeze", ["dataset.list", "dataset.show", "dataset-version.show", "job.list"]);
  const [options, setOptions] = useState<SplitOptions>(version.splitOptions ?? splitOptions.parse({}));
  const [seed, setSeed] = useState(String(options.seed));
  const set = (change: Partial<SplitOptions>) => setOptions((before) => ({ ...before, ...change }));
  const seedRight = /^\d{1,10}$/.test(seed) && Number(seed) < 2 ** 31;
  const percent = (share: number) => format.number(share, { style: "percent" });
  const labelled = version.samples - version.unlabelled;
  const placed = version.labels.some((label) => label.validation + label.test > 0);
  const part = (share: number) => format.number(Math.round(labelled * share));

  async function submit() {
    if (!seedRight) return;
    const done = await freeze.mutateAsync({ dataset: version.dataset, version: version.version, split: { ...options, seed: Number(seed) } }).catch(() => null); // shown by freeze.error
    if (done) onClose();
  }

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("title", { version: `${version.dataset}@${version.version}` })}
      description={t("text")}
      onSubmit={() => void submit()}
      footer={
        <>
          <Button onClick={onClose}>{tc("cancel")}</Button>
          <Button kind="primary" type="submit" busy={freeze.isPending} disabled={!seedRight || labelled === 0}>
            {t("action")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {(["validation", "test"] as const).map((side) => (
          <Field key={side} label={t("share", { side: t(side), share: percent(options[side]) })}>
            <Slider label={t(side)} value={Math.round(options[side] * 100)} min={1} max={45} onValueChange={(value) => set({ [side]: value / 100 })} valueText={percent(options[side])} />
          </Field>
        ))}
        <Switch checked={options.keep} onCheckedChange={(keep) => set({ keep })} label={t("keep")} />
        <Field label={t("seed")} hint={t("seedHint")} error={seedRight ? undefined : t("seedWrong")}>
          <Input inputMode="numeric" value={seed} onChange={(event) => setSeed(event.target.value)} />
        </Field>
        <p className="text-base">
          {t(options.keep && placed ? "previewKept" : "preview", { train: part(1 - options.validation - options.test), validation: part(options.validation), test: part(options.test) })}
        </p>
        {version.unlabelled > 0 && <Note kind="warning">{t("unlabelled", { count: version.unlabelled })}</Note>}
        {freeze.error && <ErrorNote error={freeze.error} />}
      </div>
    </Dialog>
  );
}
