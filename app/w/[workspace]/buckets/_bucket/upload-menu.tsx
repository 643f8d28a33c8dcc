"use client";

import { FileUp, FolderUp, Upload } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useRef } from "react";
import { Button, Menu } from "#app/ui";
import { readPicked } from "../../../../_uploads/read-drop";
import type { Source } from "../../../../_uploads/remote-uploads";

/** Picks a folder or files. Shows how many were found while a dropped folder is walked. */
export function UploadMenu({ onFiles, disabled, found, align = "end" }: { onFiles: (source: Source) => void; disabled: boolean; found: number | null; align?: "start" | "end" }) {
  const t = useTranslations("buckets.upload");
  const tc = useTranslations("common");
  const format = useFormatter();
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);

  function take(input: HTMLInputElement) {
    if (input.files?.length) onFiles({ files: readPicked(input.files) });
    input.value = ""; // so that the same choice can be made again
  }

  return (
    <>
      <input ref={files} type="file" multiple hidden aria-label={t("files")} data-testid="pick-files" onChange={(event) => take(event.target)} />
      <input ref={folder} type="file" multiple hidden aria-label={t("folder")} data-testid="pick-folder" onChange={(event) => take(event.target)} {...{ webkitdirectory: "" }} />
      <Menu
        align={align}
        items={[
          { label: t("folder"), icon: <FolderUp aria-hidden />, onSelect: () => folder.current?.click() },
          { label: t("files"), icon: <FileUp aria-hidden />, onSelect: () => files.current?.click() },
        ]}
      >
        <Button kind="primary" icon={<Upload aria-hidden />} disabled={disabled} title={disabled ? tc("viewOnly") : undefined} busy={found !== null}>
          {found === null ? t("open") : t("found", { count: format.number(found) })}
        </Button>
      </Menu>
    </>
  );
}
