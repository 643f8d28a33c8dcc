"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button, CliHint, Dialog, ErrorNote, Field, Input, LinkButton, Note, Select, Switch } from "#app/ui";
import { useAction, useOperation, useWorkspace } from "#app/frame";
import { datasetFormats, type DatasetFormat } from "#lib/domain/dataset";
import { isName } from "#lib/domain/names";
import { commands } from "../../_commands/command-line";
import { proposeName } from "./count-labels";
import { LabelPreview } from "./label-preview";
import { PrefixPicker } from "./prefix-picker";
import { useCreateDialog, type CreateFrom } from "./use-create-dialog";
import { useLabelPreview } from "./use-label-preview";

/** Makes a dataset, or its next version, from the pictures under a prefix. */
export function CreateDatasetDialog() {
  const { open, from, hide } = useCreateDialog();
  // The form is made anew each time it opens, filled in from the address.
  return open ? <Form from={from} onClose={hide} /> : null;
}

function Form({ from, onClose }: { from: CreateFrom; onClose: () => void }) {
  const t = useTranslations("datasets.create");
  const td = useTranslations("datasets");
  const tc = useTranslations("common");
  const router = useRouter();
  const { paths } = useWorkspace();
  const buckets = useOperation("bucket.list", {});
  const create = useAction("dataset.create", ["dataset.list", "dataset.show", "job.list"]);
  const [bucketChosen, setBucket] = useState(from.bucket);
  const [prefix, setPrefix] = useState(from.prefix);
  const [typedName, setName] = useState<string | null>(from.dataset || null);
  const [format, setFormat] = useState<DatasetFormat | "auto">("auto");
  const [draft, setDraft] = useState(false);
  const [tried, setTried] = useState(false);
  const bucket = bucketChosen || (buckets.data?.length === 1 ? buckets.data[0]!.bucket : "");
  const name = typedName ?? proposeName(bucket, prefix);
  const state = useLabelPreview(bucket, prefix);
  const wrongName = name !== "" && !isName(name);
  const nameError = wrongName ? t("nameWrong") : tried && name === "" ? t("nameMissing") : undefined;

  async function submit() {
    setTried(true);
    if (!isName(name) || !bucket || create.isPending) return;
    const made = await create.mutateAsync({ dataset: name, bucket, prefix, draft, ...(format === "auto" ? {} : { format }) }).catch(() => null); // shown by create.error
    if (made) router.push(paths.dataset(`${made.dataset}@${made.version}`));
  }

  const noBuckets = buckets.data?.length === 0;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={from.dataset ? t("titleVersion", { dataset: from.dataset }) : t("title")}
      description={t("text")}
      size="lg"
      onSubmit={() => void submit()}
      footer={
        <>
          <Button onClick={onClose}>{tc("cancel")}</Button>
          <Button kind="primary" type="submit" busy={create.isPending} disabled={!bucket || wrongName || state.error !== null}>
            {t("submit")}
          </Button>
        </>
      }
    >
      {noBuckets ? (
        <Note title={t("noBuckets")}>
          <p>{t("noBucketsText")}</p>
          <LinkButton size="sm" className="mt-2" href={paths.buckets}>
            {t("toBuckets")}
          </LinkButton>
        </Note>
      ) : (
        <div className="flex flex-col gap-4">
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label={t("bucket")} error={buckets.error ? buckets.error.message : tried && !bucket ? t("bucketMissing") : undefined}>
              <Select
                value={bucket || undefined}
                onValueChange={(next) => {
                  setBucket(next);
                  setPrefix("");
                }}
                placeholder={buckets.isPending ? tc("loading") : t("chooseBucket")}
                options={(buckets.data ?? []).map((each) => ({ value: each.bucket, label: each.bucket }))}
              />
            </Field>
            <Field label={tc("name")} hint={t("nameHint")} error={nameError}>
              <Input value={name} onChange={(event) => setName(event.target.value)} autoComplete="off" autoCapitalize="off" spellCheck={false} disabled={Boolean(from.dataset)} />
            </Field>
          </div>
          {bucket && (
            <div className="grid gap-4 md:grid-cols-2">
              <PrefixPicker bucket={bucket} prefix={prefix} onPrefix={setPrefix} />
              <LabelPreview state={state} onRetry={state.retry} />
            </div>
          )}
          <div className="grid items-end gap-4 sm:grid-cols-2">
            <Field label={td("format")} hint={t("formatHint")}>
              <Select
                value={format}
                onValueChange={setFormat}
                options={[{ value: "auto" as const, label: t("formatAuto") }, ...datasetFormats.map((each) => ({ value: each, label: td(`formats.${each}`) }))]}
              />
            </Field>
            <div className="pb-1">
              <Switch checked={draft} onCheckedChange={setDraft} label={t("draft")} />
              <p className="mt-1 text-sm text-ink-muted">{t("draftHint")}</p>
            </div>
          </div>
          {create.error && <ErrorNote error={create.error} />}
          <CliHint command={commands.datasetCreate({ dataset: name || "NAME", bucket: bucket || "BUCKET", prefix, format: format === "auto" ? null : format, draft })} />
        </div>
      )}
    </Dialog>
  );
}
