"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button, CliHint, Dialog, ErrorNote, Field, Input, Select } from "#app/ui";
import { useAction, useOperation, useWorkspace } from "#app/frame";
import { datasetFormats } from "#lib/domain/dataset";
import type { DatasetVersion } from "#lib/protocol/datasets";
import { commands } from "../../../_commands/command-line";

/** All that can be read can be written, but for pictures that nobody has labelled. */
const formats = datasetFormats.filter((format) => format !== "unlabelled");

/** Writes a version under a prefix, in a format that others read. */
export function ExportDialog({ version, onClose }: { version: DatasetVersion; onClose: () => void }) {
  const t = useTranslations("datasets.export");
  const td = useTranslations("datasets");
  const tc = useTranslations("common");
  const router = useRouter();
  const { paths } = useWorkspace();
  const buckets = useOperation("bucket.list", {});
  const exporting = useAction("dataset-version.export", ["job.list"]);
  const [format, setFormat] = useState<(typeof formats)[number]>("csv");
  const [bucket, setBucket] = useState(version.bucket);
  const [prefix, setPrefix] = useState(`exports/${version.dataset}-${version.version}/`);
  const name = `${version.dataset}@${version.version}`;

  async function submit() {
    const done = await exporting.mutateAsync({ dataset: version.dataset, version: version.version, format, bucket, prefix }).catch(() => null); // shown by exporting.error
    if (done) router.push(paths.job(done.job));
  }

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("title", { version: name })}
      description={t("text")}
      size="md"
      onSubmit={() => void submit()}
      footer={
        <>
          <Button onClick={onClose}>{tc("cancel")}</Button>
          <Button kind="primary" type="submit" busy={exporting.isPending} disabled={!bucket}>
            {t("action")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field label={t("format")}>
          <Select value={format} onValueChange={setFormat} options={formats.map((each) => ({ value: each, label: td(`formats.${each}`) }))} />
        </Field>
        <Field label={td("create.bucket")} error={buckets.error ? buckets.error.message : undefined}>
          <Select value={bucket} onValueChange={setBucket} options={(buckets.data ?? []).map((each) => ({ value: each.bucket, label: each.bucket }))} />
        </Field>
        <Field label={td("create.prefix")} hint={t("prefixHint")}>
          <Input value={prefix} onChange={(event) => setPrefix(event.target.value)} maxLength={1024} autoComplete="off" spellCheck={false} />
        </Field>
        {exporting.error && <ErrorNote error={exporting.error} />}
        <CliHint wrap command={commands.datasetExport(name, format, bucket, prefix)} />
      </div>
    </Dialog>
  );
}
