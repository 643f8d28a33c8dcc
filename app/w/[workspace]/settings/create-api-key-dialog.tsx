"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { allows, roles, type Role } from "#lib/domain/role";
import { Button, CodeBlock, Dialog, ErrorNote, Field, Input, Note, Select } from "#app/ui";
import { useAction, useWorkspace } from "#app/frame";

/** Makes a key and shows it, this once. */
export function CreateApiKeyDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("settings.keys");
  const tc = useTranslations("common");
  const { workspace } = useWorkspace();
  const create = useAction("api-key.create", ["api-key.list"]);
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>(workspace.role);
  const [tried, setTried] = useState(false);

  function close() {
    setName("");
    setTried(false);
    create.reset();
    onOpenChange(false);
  }

  function submit() {
    if (create.data) return close();
    setTried(true);
    if (name.trim()) create.mutate({ name: name.trim(), role });
  }

  return (
    <Dialog
      open={open}
      onOpenChange={(next) => (next ? onOpenChange(true) : close())}
      title={create.data ? t("createdTitle") : t("createTitle")}
      description={create.data ? undefined : t("createText")}
      size="md"
      onSubmit={submit}
      footer={
        create.data ? (
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
      {create.data ? (
        <div className="flex flex-col gap-3">
          <Note kind="warning">{t("once")}</Note>
          <CodeBlock code={create.data.key} label={t("key")} wrap />
          <p className="text-sm text-ink-muted">{t("useIt")}</p>
          <CodeBlock code={`export LATHE_URL=${window.location.origin}\nexport LATHE_TOKEN=${create.data.key}\nnpx lathe bucket ls`} label={t("useIt")} />
        </div>
      ) : (
        <div className="flex flex-col gap-4">
          <Field label={tc("name")} hint={t("nameHint")} error={tried && !name.trim() ? t("nameMissing") : undefined}>
            <Input value={name} onChange={(event) => setName(event.target.value)} maxLength={32} autoFocus autoComplete="off" />
          </Field>
          <Field label={t("role")} hint={t("roleHint")}>
            <Select<Role> value={role} onValueChange={setRole} options={roles.filter((each) => allows(workspace.role, each)).map((each) => ({ value: each, label: tc(`roles.${each}`) }))} />
          </Field>
          {create.error && <ErrorNote error={create.error} />}
        </div>
      )}
    </Dialog>
  );
}
