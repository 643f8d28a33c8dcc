"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button, CliHint, Dialog, ErrorNote, Field, Input } from "#app/ui";
import { useAction, useWorkspace } from "#app/frame";
import { bucketNameProblem, proposeBucketName } from "./bucket-name";

export function CreateBucketDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("buckets.create");
  const tc = useTranslations("common");
  const router = useRouter();
  const { paths } = useWorkspace();
  const create = useAction("bucket.create", ["bucket.list", "overview.show"]);
  const [name, setName] = useState("");
  const [tried, setTried] = useState(false);
  const problem = bucketNameProblem(name);
  const proposal = problem ? proposeBucketName(name) : null;
  // Too short is no mistake while one is still typing; a wrong letter is.
  const shown = problem && (tried || (name !== "" && problem !== "short")) ? problem : null;

  function close() {
    setName("");
    setTried(false);
    create.reset();
    onOpenChange(false);
  }

  async function submit() {
    setTried(true);
    if (problem || create.isPending) return;
    const made = await create.mutateAsync({ bucket: name }).catch(() => null); // shown below from the mutation's own state
    if (!made) return;
    close();
    router.push(paths.bucket(made.bucket));
  }

  return (
    <Dialog
      open={open}
      onOpenChange={(next) => (next ? onOpenChange(true) : close())}
      title={t("title")}
      description={t("text")}
      onSubmit={submit}
      footer={
        <>
          <Button onClick={close}>{tc("cancel")}</Button>
          <Button kind="primary" type="submit" busy={create.isPending}>
            {t("action")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field
          label={tc("name")}
          hint={shown ? undefined : t("hint")}
          error={
            shown && (
              <>
                {t(`problem.${shown}`)}{" "}
                {proposal &&
                  t.rich("use", {
                    name: () => (
                      <button type="button" onClick={() => setName(proposal)} className="rounded-sm font-mono font-medium text-accent-ink underline underline-offset-2">
                        {proposal}
                      </button>
                    ),
                  })}
              </>
            )
          }
        >
          <Input value={name} onChange={(event) => setName(event.target.value)} autoFocus autoComplete="off" autoCapitalize="off" spellCheck={false} maxLength={255} placeholder="photos" />
        </Field>
        {create.error && <ErrorNote error={create.error} />}
        <CliHint command={`npx lathe bucket create ${problem ? "photos" : name}`} />
      </div>
    </Dialog>
  );
}
