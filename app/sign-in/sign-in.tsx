"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "../_ui/button";
import { CodeBlock } from "../_ui/copy";
import { ErrorNote, Note } from "../_ui/error-state";
import { Field, Input, PasswordInput } from "../_ui/field";
import { Mark } from "../_frame/mark";
import { signIn } from "../_frame/session";
import { LanguageMenu, ThemeMenu } from "../_frame/look-menus";
import type { LinkProblem } from "./link-problems";

export function SignIn({ next, linkProblem }: { next: string; linkProblem: LinkProblem | null }) {
  const t = useTranslations("signIn");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [missing, setMissing] = useState<{ email: boolean; password: boolean }>({ email: false, password: false });

  async function submit() {
    const lacks = { email: !/^\S+@\S+$/.test(email.trim()), password: password === "" };
    setMissing(lacks);
    setError(null);
    if (lacks.email || lacks.password) return;
    setBusy(true);
    try {
      await signIn(email.trim(), password);
      window.location.assign(next);
    } catch (caught) {
      setError(caught);
      setBusy(false);
    }
  }

  return (
    <div className="flex min-h-dvh flex-col">
      <header className="flex justify-end gap-1 p-2">
        <LanguageMenu />
        <ThemeMenu />
      </header>
      <main className="mx-auto flex w-full max-w-sm flex-1 flex-col justify-center gap-6 px-4 pb-[14dvh]">
        <div className="flex flex-col gap-3">
          <Mark className="size-10" />
          <div>
            <h1 className="text-2xl font-semibold tracking-[-0.015em]">{t("heading")}</h1>
            <p className="mt-1 text-base text-ink-muted">{t("text")}</p>
          </div>
        </div>
        {linkProblem && (
          <Note kind="warning" title={t(`${linkProblem}.title`)}>
            {t(`${linkProblem}.text`)}
          </Note>
        )}
        <form
          noValidate
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
        >
          <Field label={t("email")} error={missing.email ? t("emailMissing") : undefined}>
            <Input type="email" name="email" autoComplete="username" value={email} onChange={(event) => setEmail(event.target.value)} autoFocus />
          </Field>
          <Field label={t("password")} error={missing.password ? t("passwordMissing") : undefined}>
            <PasswordInput
              name="password"
              autoComplete="current-password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
              showLabel={t("showPassword")}
              hideLabel={t("hidePassword")}
            />
          </Field>
          {error !== null && <ErrorNote error={error} />}
          <Button kind="primary" type="submit" busy={busy} className="w-full">
            {t("signIn")}
          </Button>
        </form>
        <details className="group text-sm text-ink-muted">
          <summary className="rounded-sm hover:text-ink">{t("noPassword")}</summary>
          <div className="mt-2 flex flex-col gap-2">
            <p>{t("noPasswordText")}</p>
            <CodeBlock code="npx lathe login" label={t("linkCommand")} />
          </div>
        </details>
      </main>
    </div>
  );
}
