"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button, Dialog, ErrorNote, Field, Input } from "#app/ui";
import { useAction } from "#app/frame";

/** Makes an API key that may look and predict, no more. It is handed over once. */
export function NewKeyDialog({ endpoint, onClose, onMade }: { endpoint: string; onClose: () => void; onMade: (key: string) => void }) {
  const t = useTranslations("endpoints.call");
  const tc = useTranslations("common");
  const create = useAction("api-key.create", ["api-key.list"]);
  const [name, setName] = useState(`predict ${endpoint}`.slice(0, 32));
  async function submit() {
    if (name.trim() === "" || create.isPending) return;
    const made = await create.mutateAsync({ name: name.trim(), role: "viewer" }).catch(() => null); // shown by create.error
    if (made) onMade(made.key);
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("makeKey")}
      description={t("keyText")}
      onSubmit={() => void submit()}
      footer={
        <>
          <Button onClick={onClose}>{tc("cancel")}</Button>
          <Button kind="primary" type="submit" busy={create.isPending} disabled={name.trim() === ""}>
            {t("makeKeySubmit")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field label={tc("name")} hint={t("keyName")}>
          <Input value={name} maxLength={32} onChange={(event) => setName(event.target.value)} autoComplete="off" />
        </Field>
        {create.error && <ErrorNote error={create.error} />}
      </div>
    </Dialog>
  );
}
