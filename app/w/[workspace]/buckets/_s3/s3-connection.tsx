"use client";

import { KeyRound } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button, CodeBlock, Dialog, ErrorNote, KeyValue, Note, Skeleton } from "#app/ui";
import { useOperation, useWorkspace } from "#app/frame";
import { CreateS3KeyDialog } from "./create-s3-key-dialog";
import { S3ClientLines } from "./s3-client-lines";

/** Where other S3 tools reach the object store, and how they are set up once there is a key. */
export function S3Connection({ bucket = "BUCKET" }: { bucket?: string }) {
  const t = useTranslations("buckets.s3");
  const connection = useOperation("s3.connection", {});
  if (connection.error) return <ErrorNote error={connection.error} />;
  if (!connection.data) return <Skeleton className="h-56 w-full" />;
  const { endpoint, region, embedded } = connection.data;
  return (
    <div className="flex min-w-0 flex-col gap-4">
      {!embedded && <Note title={t("externalTitle")}>{t("externalText", { host: new URL(endpoint).host })}</Note>}
      <KeyValue
        items={[
          { label: t("endpoint"), value: <CodeBlock code={endpoint} label={t("endpoint")} /> },
          { label: t("region"), value: <CodeBlock code={region} label={t("region")} /> },
          { label: t("addressing"), value: t("pathStyle") },
        ]}
      />
      <S3ClientLines endpoint={endpoint} region={region} accessKeyId="ACCESS_KEY_ID" secretAccessKey="SECRET_ACCESS_KEY" bucket={bucket} />
    </div>
  );
}

export function S3Dialog({ bucket, open, onOpenChange }: { bucket: string; open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("buckets.s3");
  const { may } = useWorkspace();
  const connection = useOperation("s3.connection", {});
  const [making, setMaking] = useState(false);
  if (making) return <CreateS3KeyDialog bucket={bucket} open onOpenChange={onOpenChange} />;
  const embedded = connection.data?.embedded === true;
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("title")} description={t("text")} size="md">
      <div className="flex min-w-0 flex-col gap-4">
        {embedded &&
          (may("editor") ? (
            <div className="flex flex-col items-start gap-2">
              <p className="text-base text-ink-muted">{t("makeText")}</p>
              <Button kind="primary" icon={<KeyRound aria-hidden />} onClick={() => setMaking(true)}>
                {t("make")}
              </Button>
            </div>
          ) : (
            <Note>{t("askEditor")}</Note>
          ))}
        <S3Connection bucket={bucket} />
      </div>
    </Dialog>
  );
}
