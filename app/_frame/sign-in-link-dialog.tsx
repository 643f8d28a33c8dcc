"use client";

import { useTranslations } from "next-intl";
import { useEffect } from "react";
import { CodeBlock } from "../_ui/copy";
import { Dialog } from "../_ui/dialog";
import { ErrorNote } from "../_ui/error-state";
import { RelativeTime } from "../_ui/format";
import { Skeleton } from "../_ui/skeleton";
import { useAction } from "./query";

/** A link for my phone or another browser; it works once. */
export function SignInLinkDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("frame.signInLink");
  const { mutate, data, error } = useAction("sign-in-link.create");
  useEffect(() => {
    if (open) mutate({});
  }, [open, mutate]);
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("title")} description={t("text")}>
      {error ? (
        <ErrorNote error={error} />
      ) : data ? (
        <div className="flex flex-col gap-2">
          <CodeBlock code={data.url} label={t("link")} wrap />
          <p className="text-sm text-ink-muted">{t.rich("expires", { time: () => <RelativeTime atMs={data.expiresAtMs} /> })}</p>
        </div>
      ) : (
        <Skeleton className="h-16 w-full" />
      )}
    </Dialog>
  );
}
