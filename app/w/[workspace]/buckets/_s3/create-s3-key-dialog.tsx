"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { bucketAccesses, type BucketAccess } from "#lib/domain/bucket-access";
import { Button, CodeBlock, Dialog, ErrorNote, Field, Input, KeyValue, Note, Select } from "#app/ui";
import { useAction } from "#app/frame";
import { BucketGrants } from "./bucket-grants";
import { S3ClientLines } from "./s3-client-lines";

const lifetimes = ["never", "7", "30", "90", "365"] as const;
type Lifetime = (typeof lifetimes)[number];

/** Makes a key for some buckets and shows its secret, this once, with what each client needs. */
export function CreateS3KeyDialog({ bucket, open, onOpenChange }: { bucket?: string; open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("settings.s3Keys");
  const tc = useTranslations("common");
  const create = useAction("s3-key.create", ["s3-key.list"]);
  const first = (): Record<string, BucketAccess> => (bucket === undefined ? {} : { [bucket]: bucketAccesses[1] });
  const [label, setLabel] = useState("");
  const [granted, setGranted] = useState(first);
  const [lifetime, setLifetime] = useState<Lifetime>("never");
  const [tried, setTried] = useState(false);
  const grants = Object.entries(granted).map(([name, access]) => ({ bucket: name, access }));

  function close() {
    setLabel("");
    setGranted(first());
    setLifetime("never");
    setTried(false);
    create.reset();
    onOpenChange(false);
  }

  function submit() {
    if (create.data) return close();
    setTried(true);
    if (label.trim() && grants.length > 0) create.mutate({ label: label.trim(), grants, ...(lifetime === "never" ? {} : { expiresInDays: Number(lifetime) }) });
  }

  const made = create.data;
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => (next ? onOpenChange(true) : close())}
      title={made ? t("createdTitle") : t("createTitle")}
      description={made ? undefined : t("createText")}
      size="md"
      onSubmit={submit}
      footer={
        made ? (
          <Button kind="primary" type="submit">
            {t("copiedIt")}
          </Button>
        ) : (
          <>
            <Button onClick={close}>{tc("cancel")}</Button>
            <Button kind="primary" type="submit" busy={create.isPending}>
              {t("create")}
            </Button>
          </>
        )
      }
    >
      {made ? (
        <div className="flex min-w-0 flex-col gap-4">
          <Note kind="warning">{t("once")}</Note>
          <KeyValue
            items={[
              { label: t("id"), value: <CodeBlock code={made.key.accessKeyId} label={t("id")} /> },
              { label: t("secret"), value: <CodeBlock code={made.secretAccessKey} label={t("secret")} wrap /> },
            ]}
          />
          <S3ClientLines
            endpoint={made.connection.endpoint}
            region={made.connection.region}
            accessKeyId={made.key.accessKeyId}
            secretAccessKey={made.secretAccessKey}
            bucket={made.key.grants[0]?.bucket ?? "BUCKET"}
          />
        </div>
      ) : (
        <div className="flex flex-col gap-4">
          <Field label={t("label")} hint={t("labelHint")} error={tried && !label.trim() ? t("labelMissing") : undefined}>
            <Input value={label} onChange={(event) => setLabel(event.target.value)} maxLength={64} autoFocus autoComplete="off" />
          </Field>
          <BucketGrants granted={granted} onGranted={setGranted} missing={tried && grants.length === 0} />
          <Field label={t("expires")} hint={t("expiresHint")}>
            <Select<Lifetime> value={lifetime} onValueChange={setLifetime} options={lifetimes.map((value) => ({ value, label: value === "never" ? t("neverExpires") : t("days", { count: Number(value) }) }))} />
          </Field>
          {create.error && <ErrorNote error={create.error} />}
        </div>
      )}
    </Dialog>
  );
}
