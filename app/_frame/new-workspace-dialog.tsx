"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { isName } from "#lib/domain/names";
import { Button } from "../_ui/button";
import { Dialog } from "../_ui/dialog";
import { ErrorNote } from "../_ui/error-state";
import { Field, Input } from "../_ui/field";
import { pathsOf } from "./paths";
import { useAction } from "./query";

function proposeSlug(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 63);
}

export function NewWorkspaceDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("frame.newWorkspaceDialog");
  const tc = useTranslations("common");
  const create = useAction("workspace.create");
  const [name, setName] = useState("");
  const [ownSlug, setOwnSlug] = useState<string | null>(null);
  const slug = ownSlug ?? proposeSlug(name);
  const slugError = slug !== "" && !isName(slug) ? t("slugError") : null;

  async function submit() {
    if (!name.trim() || !isName(slug)) return;
    await create.mutateAsync({ name: name.trim(), slug }).then(
      (made) => window.location.assign(pathsOf(made.slug).overview),
      () => undefined, // shown below from the mutation's own state
    );
  }

  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t("title")}
      description={t("text")}
      onSubmit={submit}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>{tc("cancel")}</Button>
          <Button kind="primary" type="submit" busy={create.isPending} disabled={!name.trim() || !isName(slug)}>
            {t("create")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field label={tc("name")}>
          <Input value={name} onChange={(event) => setName(event.target.value)} maxLength={100} autoFocus />
        </Field>
        <Field label={t("slug")} hint={`/w/${slug || "…"}`} error={slugError}>
          <Input value={slug} onChange={(event) => setOwnSlug(event.target.value)} autoCapitalize="off" spellCheck={false} maxLength={63} />
        </Field>
        {create.error && <ErrorNote error={create.error} />}
      </div>
    </Dialog>
  );
}
