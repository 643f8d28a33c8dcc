"use client";

import { Link2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Badge, Button, Card, CliHint, ErrorNote, Field, KeyValue, PasswordInput, Section, useToast } from "#app/ui";
import { useWorkspace } from "#app/frame";
import { changePassword } from "../../../_frame/session";
import { SignInLinkDialog } from "../../../_frame/sign-in-link-dialog";

const minLength = 8;

export function Profile() {
  const t = useTranslations("settings.profile");
  const tc = useTranslations("common");
  const { me, workspace } = useWorkspace();
  const [linking, setLinking] = useState(false);
  return (
    <div className="grid gap-6 lg:grid-cols-2">
      <div className="flex min-w-0 flex-col gap-6">
        <Section title={t("you")}>
          <Card>
            <KeyValue
              items={[
                { label: tc("name"), value: me.user.name },
                { label: t("email"), value: me.user.email },
                { label: t("workspace"), value: workspace.name },
                { label: t("role"), value: <Badge>{tc(`roles.${workspace.role}`)}</Badge> },
              ]}
            />
          </Card>
        </Section>
        <Section title={t("elsewhere")}>
          <Card className="flex flex-col items-start gap-3">
            <p className="text-base text-ink-muted">{t("elsewhereText")}</p>
            <Button icon={<Link2 aria-hidden />} onClick={() => setLinking(true)}>
              {t("makeLink")}
            </Button>
            <div className="w-full min-w-0">
              <CliHint command="npx lathe login" />
            </div>
          </Card>
        </Section>
      </div>
      <Section title={t("password")}>
        <PasswordForm />
      </Section>
      <SignInLinkDialog open={linking} onOpenChange={setLinking} />
    </div>
  );
}

function PasswordForm() {
  const t = useTranslations("settings.profile");
  const ts = useTranslations("signIn");
  const toast = useToast();
  const [present, setPresent] = useState("");
  const [next, setNext] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const short = next.length < minLength;
  const words = { showLabel: ts("showPassword"), hideLabel: ts("hidePassword") };

  async function submit() {
    setTried(true);
    setError(null);
    if (short) return;
    setBusy(true);
    try {
      await changePassword(present, next);
      toast.show({ kind: "done", title: t("passwordDone") });
      setPresent("");
      setNext("");
      setTried(false);
    } catch (caught) {
      setError(caught);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Card>
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Field label={t("present")} hint={t("presentHint")} optional>
          <PasswordInput {...words} name="present" autoComplete="current-password" value={present} onChange={(event) => setPresent(event.target.value)} />
        </Field>
        <Field label={t("next")} hint={t("nextHint", { min: minLength })} error={tried && short ? t("tooShort", { min: minLength }) : undefined}>
          <PasswordInput {...words} name="next" autoComplete="new-password" maxLength={256} value={next} onChange={(event) => setNext(event.target.value)} />
        </Field>
        {error !== null && <ErrorNote error={error} />}
        <Button type="submit" kind="primary" busy={busy} className="self-start">
          {t("savePassword")}
        </Button>
      </form>
    </Card>
  );
}
