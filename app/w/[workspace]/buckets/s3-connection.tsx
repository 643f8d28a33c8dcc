"use client";

import { KeyRound } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { z } from "zod";
import type { s3Connection } from "#lib/protocol/buckets";
import { Button, CodeBlock, Dialog, ErrorNote, KeyValue, Note, Segmented, Skeleton } from "#app/ui";
import { useOperation, useWorkspace } from "#app/frame";

type Connection = z.infer<typeof s3Connection>;
type Tool = "aws" | "rclone" | "values";

export function awsLines({ endpoint, region, accessKeyId, secretAccessKey }: Connection, bucket: string): string {
  return [
    `aws configure set aws_access_key_id ${accessKeyId} --profile lathe`,
    `aws configure set aws_secret_access_key ${secretAccessKey} --profile lathe`,
    `aws configure set region ${region} --profile lathe`,
    `aws configure set endpoint_url ${endpoint} --profile lathe`,
    `aws configure set s3.addressing_style path --profile lathe`,
    ``,
    `aws --profile lathe s3 cp ./photos s3://${bucket}/photos/ --recursive`,
  ].join("\n");
}

export function rcloneLines({ endpoint, region, accessKeyId, secretAccessKey }: Connection): string {
  return [
    `[lathe]`,
    `type = s3`,
    `provider = Other`,
    `endpoint = ${endpoint}`,
    `region = ${region}`,
    `access_key_id = ${accessKeyId}`,
    `secret_access_key = ${secretAccessKey}`,
    `force_path_style = true`,
  ].join("\n");
}

/** How other S3 tools reach the object store. The secret is asked for only when an owner wants to see it. */
export function S3Connection({ bucket }: { bucket?: string }) {
  const t = useTranslations("buckets.s3");
  const tc = useTranslations("common");
  const { may } = useWorkspace();
  const [asked, setAsked] = useState(false);
  const [tool, setTool] = useState<Tool>("aws");
  const connection = useOperation("s3.connection", {}, { enabled: asked && may("owner") });
  const name = bucket ?? "BUCKET";

  if (!may("owner")) return <Note title={tc("needsOwner")}>{t("askOwner")}</Note>;
  if (!asked) {
    return (
      <div className="flex flex-col items-start gap-3">
        <p className="text-base text-ink-muted">{t("secretText")}</p>
        <Button icon={<KeyRound aria-hidden />} onClick={() => setAsked(true)}>
          {t("show")}
        </Button>
      </div>
    );
  }
  if (connection.error) return <ErrorNote error={connection.error} />;
  if (!connection.data) return <Skeleton className="h-56 w-full" />;
  const data = connection.data;
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <Segmented
        label={t("tool")}
        value={tool}
        onValueChange={setTool}
        options={[
          { value: "aws", label: "aws-cli" },
          { value: "rclone", label: "rclone" },
          { value: "values", label: t("values") },
        ]}
      />
      {tool === "aws" && (
        <>
          <p className="text-sm text-ink-muted">{t("awsText")}</p>
          <CodeBlock code={awsLines(data, name)} label="aws-cli" />
        </>
      )}
      {tool === "rclone" && (
        <>
          <p className="text-sm text-ink-muted">{t("rcloneText")}</p>
          <CodeBlock code={rcloneLines(data)} label="rclone.conf" />
          <CodeBlock code={`rclone copy ./photos lathe:${name}/photos --progress`} label="rclone" />
        </>
      )}
      {tool === "values" && (
        <KeyValue
          items={[
            { label: t("endpoint"), value: <CodeBlock code={data.endpoint} label={t("endpoint")} /> },
            { label: t("region"), value: <CodeBlock code={data.region} label={t("region")} /> },
            { label: t("accessKey"), value: <CodeBlock code={data.accessKeyId} label={t("accessKey")} /> },
            { label: t("secretKey"), value: <CodeBlock code={data.secretAccessKey} label={t("secretKey")} /> },
            { label: t("addressing"), value: t("pathStyle") },
          ]}
        />
      )}
      <Note kind="warning">{t("keep")}</Note>
    </div>
  );
}

export function S3Dialog({ bucket, open, onOpenChange }: { bucket: string; open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("buckets.s3");
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("title")} description={t("text")} size="md">
      <S3Connection bucket={bucket} />
    </Dialog>
  );
}
