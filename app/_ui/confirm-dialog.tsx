"use client";

import { useTranslations } from "next-intl";
import { useState, type ReactNode } from "react";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { ErrorNote } from "./error-state";
import { Field, Input } from "./field";

/**
 * Asks before something is lost, saying what. With `typeName` the person types that name first; use it where the loss
 * cannot be undone. Stays open with the reason when `onConfirm` rejects.
 */
export function ConfirmDialog({
  open,
  onOpenChange,
  title,
  children,
  action,
  typeName,
  onConfirm,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** what will be lost */
  children: ReactNode;
  /** the verb on the button, e.g. "Delete bucket" */
  action: string;
  typeName?: string;
  onConfirm: () => Promise<unknown>;
}) {
  const t = useTranslations("common");
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const allowed = !typeName || typed.trim() === typeName;

  function change(next: boolean) {
    if (busy) return;
    setTyped("");
    setError(null);
    onOpenChange(next);
  }

  async function confirm() {
    if (!allowed || busy) return;
    setBusy(true);
    setError(null);
    try {
      await onConfirm();
      setTyped("");
      onOpenChange(false);
    } catch (caught) {
      setError(caught);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog
      open={open}
      onOpenChange={change}
      title={title}
      onSubmit={confirm}
      footer={
        <>
          <Button onClick={() => change(false)} disabled={busy}>
            {t("cancel")}
          </Button>
          <Button kind="danger" type="submit" busy={busy} disabled={!allowed}>
            {action}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <div className="text-base text-ink-muted">{children}</div>
        {typeName && (
          <Field
            label={t.rich("typeToConfirm", {
              name: () => <code className="rounded-sm bg-sunken px-1 py-0.5 font-medium select-all">{typeName}</code>,
            })}
          >
            <Input value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" autoCapitalize="off" spellCheck={false} autoFocus />
          </Field>
        )}
        {error !== null && <ErrorNote error={error} />}
      </div>
    </Dialog>
  );
}
