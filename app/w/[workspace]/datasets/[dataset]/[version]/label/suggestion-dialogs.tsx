"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button, CliHint, Dialog, Field, Note, Select, Slider, useToast } from "#app/ui";
import { useAction, useOperation, useWorkspace } from "#app/frame";
import { commands } from "../../../../_commands/command-line";

type Props = { dataset: string; version: number; open: boolean; onOpenChange: (open: boolean) => void };

/** Which model is to look at the pictures without a label. */
export function PreLabelDialog({ dataset, version, open, onOpenChange, onStarted }: Props & { onStarted: (job: string) => void }) {
  const t = useTranslations("labelling");
  const tc = useTranslations("common");
  const toast = useToast();
  const { paths } = useWorkspace();
  const models = useOperation("model.list", {}, { enabled: open });
  const start = useAction("pre-label.start", ["job.list"]);
  const options = (models.data ?? []).map(({ model, latest }) => `${model}@${latest.version}`);
  const [chosen, setChosen] = useState<string>();
  const model = chosen ?? options[0];
  const submit = async () => {
    if (!model) return;
    try {
      const { job } = await start.mutateAsync({ dataset, version, model });
      onOpenChange(false);
      onStarted(job);
    } catch (error) {
      toast.fail(error);
    }
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      onSubmit={() => void submit()}
      title={t("preLabel.title")}
      description={t("preLabel.text")}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>{tc("cancel")}</Button>
          <Button kind="primary" type="submit" busy={start.isPending} disabled={!model}>{t("preLabel.start")}</Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {models.data && options.length === 0 ? (
          <Note>
            {t("preLabel.noModels")} <a className="underline" href={paths.newAutoLearn()}>{t("preLabel.train")}</a>
          </Note>
        ) : (
          <Field label={t("preLabel.model")} hint={t("preLabel.hint")}>
            <Select value={model} onValueChange={setChosen} options={options.map((value) => ({ value, label: value }))} />
          </Field>
        )}
        <CliHint wrap command={commands.preLabel(`${dataset}@${version}`, model ?? "MODEL@1")} />
      </div>
    </Dialog>
  );
}

/** All suggestions that are sure enough become labels at once. */
export function AcceptDialog({ dataset, version, open, onOpenChange }: Props) {
  const t = useTranslations("labelling");
  const tc = useTranslations("common");
  const toast = useToast();
  const [percent, setPercent] = useState(90);
  const where = { suggested: "true", minProbability: percent / 100 } as const;
  const count = useOperation("sample.count", { dataset, version, ...where }, { enabled: open, keepPrevious: true });
  const accept = useAction("sample.change-all", ["dataset-version.show", "sample.count"]);
  const total = count.data ? count.data.unlabelled + count.data.labelled + count.data.toReview + count.data.accepted : null;
  const submit = async () => {
    try {
      const { changed } = await accept.mutateAsync({ dataset, version, where, acceptSuggestions: true });
      onOpenChange(false);
      toast.show({ kind: "done", title: t("accept.done", { count: changed }) });
    } catch (error) {
      toast.fail(error);
    }
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      onSubmit={() => void submit()}
      title={t("accept.title")}
      description={t("accept.text")}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>{tc("cancel")}</Button>
          <Button kind="primary" type="submit" busy={accept.isPending} disabled={!total}>{t("accept.submit", { count: total ?? 0 })}</Button>
        </>
      }
    >
      <Field label={t("accept.least", { percent })}>
        <Slider value={percent} onValueChange={setPercent} min={0} max={100} step={1} label={t("accept.least", { percent })} />
      </Field>
    </Dialog>
  );
}
