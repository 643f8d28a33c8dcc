"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button, Dialog, ErrorNote, Field, Input, Note, useToast } from "#app/ui";
import { useAction } from "#app/frame";
import type { DatasetVersion } from "#lib/protocol/datasets";

/** Renames a label of a draft; the name of another label folds it into that one. */
export function RenameLabelDialog({ version, label, proposed, onClose }: { version: DatasetVersion; label: string; proposed?: string; onClose: () => void }) {
  const t = useTranslations("datasets.rename");
  const tc = useTranslations("common");
  const toast = useToast();
  const rename = useAction("label.rename", ["dataset-version.show", "sample.list", "sample.count", "duplicate.list"]);
  const [text, setText] = useState(proposed ?? label);
  const to = text.trim();
  const folds = to !== label && version.labels.some((each) => each.label === to);
  async function submit() {
    if (to === "" || to === label) return;
    const done = await rename.mutateAsync({ dataset: version.dataset, version: version.version, label, to }).catch(() => null); // shown by rename.error
    if (!done) return;
    toast.show({ title: t("done", { count: done.changed }) });
    onClose();
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("title", { label })}
      onSubmit={() => void submit()}
      footer={
        <>
          <Button onClick={onClose}>{tc("cancel")}</Button>
          <Button kind="primary" type="submit" busy={rename.isPending} disabled={to === "" || to === label}>
            {folds ? t("fold") : t("action")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field label={t("to")}>
          <Input value={text} onChange={(event) => setText(event.target.value)} maxLength={255} autoComplete="off" autoFocus />
        </Field>
        {folds && <Note>{t("folds", { label, to })}</Note>}
        {rename.error && <ErrorNote error={rename.error} />}
      </div>
    </Dialog>
  );
}
