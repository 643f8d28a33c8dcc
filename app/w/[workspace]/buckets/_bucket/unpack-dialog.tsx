"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button, CliHint, Dialog, ErrorNote, Field, Input } from "#app/ui";
import { useAction, useWorkspace } from "#app/frame";
import { defaultUnpackPrefix } from "#lib/domain/archive";
import { commands } from "../../_commands/command-line";

/** Asks where to, and starts the job that unpacks. */
export function UnpackDialog({ bucket, archive, onClose }: { bucket: string; archive: string; onClose: () => void }) {
  const t = useTranslations("buckets.unpack");
  const tc = useTranslations("common");
  const { paths } = useWorkspace();
  const router = useRouter();
  const unpack = useAction("archive.unpack", ["job.list"]);
  const [prefix, setPrefix] = useState(defaultUnpackPrefix(archive));
  const name = archive.slice(archive.lastIndexOf("/") + 1);
  const folder = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;

  function start() {
    unpack.mutate({ bucket, key: archive, prefix: folder }, { onSuccess: ({ job }) => router.push(paths.job(job)) });
  }

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      size="md"
      title={t("title", { name })}
      description={t("text")}
      footer={
        <>
          <Button onClick={onClose}>{tc("cancel")}</Button>
          <Button kind="primary" disabled={unpack.isPending} onClick={start}>
            {t("action")}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          start();
        }}
      >
        <Field label={t("prefix")} hint={t("hint")}>
          <Input value={prefix} maxLength={1024} spellCheck={false} onChange={(event) => setPrefix(event.target.value)} />
        </Field>
        {unpack.error && <ErrorNote error={unpack.error} />}
        <CliHint wrap command={commands.unpack({ bucket, key: archive, targetBucket: bucket, prefix: folder })} />
      </form>
    </Dialog>
  );
}
