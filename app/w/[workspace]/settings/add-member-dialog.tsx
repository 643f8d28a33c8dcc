"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { roles, type Role } from "#lib/domain/role";
import { Button, ChoiceCards, CodeBlock, Dialog, ErrorNote, Field, Input, Note } from "#app/ui";
import { useAction } from "#app/frame";

/** Adds a person by e-mail; for a new one, the link to hand over is shown once. */
export function AddMemberDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("settings.members");
  const tc = useTranslations("common");
  const add = useAction("member.add", ["member.list"]);
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("editor");
  const [tried, setTried] = useState(false);
  const emailWrong = !/^\S+@\S+\.\S+$/.test(email.trim());

  function close() {
    setName("");
    setEmail("");
    setRole("editor");
    setTried(false);
    add.reset();
    onOpenChange(false);
  }

  function submit() {
    if (add.data) return close();
    setTried(true);
    if (!name.trim() || emailWrong) return;
    add.mutate({ name: name.trim(), email: email.trim(), role });
  }

  return (
    <Dialog
      open={open}
      onOpenChange={(next) => (next ? onOpenChange(true) : close())}
      title={add.data ? t("added", { name: add.data.member.name }) : t("addTitle")}
      size="md"
      onSubmit={submit}
      footer={
        add.data ? (
          <Button kind="primary" type="submit">
            {tc("close")}
          </Button>
        ) : (
          <>
            <Button onClick={close}>{tc("cancel")}</Button>
            <Button kind="primary" type="submit" busy={add.isPending}>
              {t("add")}
            </Button>
          </>
        )
      }
    >
      {add.data ? (
        add.data.signInUrl ? (
          <div className="flex flex-col gap-3">
            <p className="text-base text-ink-muted">{t("handOver")}</p>
            <CodeBlock code={add.data.signInUrl} label={t("link")} wrap />
            <Note kind="warning">{t("linkOnce")}</Note>
          </div>
        ) : (
          <p className="text-base text-ink-muted">{t("knownAlready")}</p>
        )
      ) : (
        <div className="flex flex-col gap-4">
          <Field label={tc("name")} error={tried && !name.trim() ? t("nameMissing") : undefined}>
            <Input value={name} onChange={(event) => setName(event.target.value)} maxLength={100} autoFocus autoComplete="off" />
          </Field>
          <Field label={t("email")} error={tried && emailWrong ? t("emailWrong") : undefined}>
            <Input type="email" value={email} onChange={(event) => setEmail(event.target.value)} maxLength={254} autoComplete="off" />
          </Field>
          <ChoiceCards<Role>
            label={t("role")}
            value={role}
            onValueChange={setRole}
            options={roles.map((each) => ({ value: each, title: tc(`roles.${each}`), text: t(`roleText.${each}`) }))}
          />
          {add.error && <ErrorNote error={add.error} />}
        </div>
      )}
    </Dialog>
  );
}
