"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { CodeBlock, Segmented } from "#app/ui";
import { clientLines, type S3Access, type S3Tool } from "./client-lines";

const names: Record<S3Tool, string> = { aws: "aws-cli", s3cmd: "s3cmd", rclone: "rclone", boto3: "boto3", js: "JavaScript" };

/** The ready-made set-up of each S3 client, one at a time. */
export function S3ClientLines(access: S3Access) {
  const t = useTranslations("buckets.s3");
  const [tool, setTool] = useState<S3Tool>("aws");
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <div className="max-w-full overflow-x-auto">
        <Segmented label={t("tool")} value={tool} onValueChange={setTool} options={(Object.keys(names) as S3Tool[]).map((value) => ({ value, label: names[value] }))} />
      </div>
      <p className="text-sm text-ink-muted">{t(`tools.${tool}`)}</p>
      <CodeBlock code={clientLines[tool](access)} label={names[tool]} />
    </div>
  );
}
