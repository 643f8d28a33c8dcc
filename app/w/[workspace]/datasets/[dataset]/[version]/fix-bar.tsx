"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button, ConfirmDialog, Dialog, ErrorNote, Field, Select, useToast } from "#app/ui";
import { useAction, useOperation, useWorkspace } from "#app/frame";
import type { DatasetVersion } from "#lib/protocol/datasets";
import { useDerive } from "./use-derive";
import type { SampleFilter } from "./use-pages";

const rereads = ["sample.list", "sample.count", "duplicate.list", "dataset-version.show", "dataset-version.diff"] as const;

/** What can be done with all pictures that the filter lets through; of a frozen version, in a draft of it. */
export function FixBar({ version, filter }: { version: DatasetVersion; filter: SampleFilter }) {
  const t = useTranslations("datasets.fix");
  const toast = useToast();
  const { may } = useWorkspace();
  const { dataset, version: number } = version;
  const counts = useOperation("sample.count", { dataset, version: number, ...filter }, { enabled: version.status === "draft" });
  const change = useAction("sample.change-all", rereads);
  const derive = useDerive(version);
  const [asked, setAsked] = useState<"drop" | "label" | null>(null);
  if (!may("editor")) return null;
  if (version.status === "ready") {
    if (!filter.finding && filter.group === undefined) return null;
    return (
      <Button size="sm" busy={derive.busy} onClick={() => derive.openDraft(window.location.search)}>
        {t("openDraft")}
      </Button>
    );
  }
  if (version.status !== "draft") return null;
  const count = counts.data ? counts.data.unlabelled + counts.data.labelled + counts.data.toReview + counts.data.accepted : 0;
  const takingBack = filter.dropped === "true";
  const { group, ...rest } = filter;
  const where = { ...rest, ...(group === undefined ? {} : { group }) };

  return (
    <>
      <Button size="sm" disabled={count === 0} onClick={() => setAsked("drop")}>
        {takingBack ? t("takeBack", { count }) : t("drop", { count })}
      </Button>
      {!takingBack && (
        <Button size="sm" disabled={count === 0} onClick={() => setAsked("label")}>
          {t("label")}
        </Button>
      )}
      <ConfirmDialog
        open={asked === "drop"}
        onOpenChange={(open) => !open && setAsked(null)}
        title={takingBack ? t("takeBack", { count }) : t("drop", { count })}
        action={takingBack ? t("takeBackAction") : t("dropAction")}
        onConfirm={async () => {
          const { changed } = await change.mutateAsync({ dataset, version: number, where, dropped: !takingBack });
          toast.show({ title: t("changed", { count: changed }) });
        }}
      >
        {takingBack ? t("takeBackText") : t("dropText")}
      </ConfirmDialog>
      {asked === "label" && <LabelDialog version={version} count={count} where={where} onClose={() => setAsked(null)} />}
    </>
  );
}

function LabelDialog({ version, count, where, onClose }: { version: DatasetVersion; count: number; where: SampleFilter; onClose: () => void }) {
  const t = useTranslations("datasets.fix");
  const td = useTranslations("datasets");
  const tc = useTranslations("common");
  const toast = useToast();
  const change = useAction("sample.change-all", rereads);
  const [label, setLabel] = useState<string>();
  async function submit() {
    if (label === undefined) return;
    const done = await change.mutateAsync({ dataset: version.dataset, version: version.version, where, label }).catch(() => null); // shown by change.error
    if (!done) return;
    toast.show({ title: t("changed", { count: done.changed }) });
    onClose();
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("labelTitle", { count })}
      onSubmit={() => void submit()}
      footer={
        <>
          <Button onClick={onClose}>{tc("cancel")}</Button>
          <Button kind="primary" type="submit" busy={change.isPending} disabled={label === undefined}>
            {t("labelAction")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field label={td("label")}>
          <Select value={label} onValueChange={setLabel} options={version.labels.map((each) => ({ value: each.label, label: each.label }))} placeholder={td("label")} />
        </Field>
        {change.error && <ErrorNote error={change.error} />}
      </div>
    </Dialog>
  );
}
