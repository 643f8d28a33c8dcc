"use client";

import { Lock, PencilLine, Tags } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button, LinkButton } from "#app/ui";
import { useWorkspace } from "#app/frame";
import type { DatasetVersion } from "#lib/protocol/datasets";
import { FreezeDialog } from "./freeze-dialog";
import { useDerive } from "./use-derive";

/** Of a draft: label it and freeze it. Of a frozen version: open a draft of it. */
export function DraftActions({ version }: { version: DatasetVersion }) {
  const t = useTranslations("datasets");
  const { may, paths } = useWorkspace();
  const [freezing, setFreezing] = useState(false);
  const derive = useDerive(version);
  if (!may("editor")) return null;
  if (version.status === "ready") {
    return (
      <Button icon={<PencilLine aria-hidden />} busy={derive.busy} onClick={() => derive.openDraft()}>
        {t("openDraft")}
      </Button>
    );
  }
  if (version.status !== "draft") return null;
  return (
    <>
      <LinkButton icon={<Tags aria-hidden />} href={paths.labelling(`${version.dataset}@${version.version}`)}>
        {t("labelIt")}
      </LinkButton>
      <Button kind="primary" icon={<Lock aria-hidden />} onClick={() => setFreezing(true)}>
        {t("freeze.action")}
      </Button>
      {freezing && <FreezeDialog version={version} onClose={() => setFreezing(false)} />}
    </>
  );
}
