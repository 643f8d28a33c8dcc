"use client";

import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { ApiError, createClient } from "#lib/sdk/client";
import { Button } from "../_ui/button";
import { ErrorState } from "../_ui/error-state";
import { Mark } from "./mark";
import { NewWorkspaceDialog } from "./new-workspace-dialog";
import { pathsOf, signInPath } from "./paths";
import { signOut } from "./session";

const client = createClient({ baseUrl: "" });

/** From “/” to the person's first workspace, or to sign-in. */
export function GoHome() {
  const t = useTranslations("frame.noWorkspace");
  const tf = useTranslations("frame");
  const router = useRouter();
  const [creating, setCreating] = useState(false);
  const me = useQuery({ queryKey: ["home"], queryFn: ({ signal }) => client.call("me.show", {}, { signal }), staleTime: 0 });
  const workspace = me.data?.workspace ?? me.data?.workspaces[0];
  useEffect(() => {
    if (workspace) router.replace(pathsOf(workspace.slug).overview);
    else if (me.error instanceof ApiError && me.error.status === 401) router.replace(signInPath());
  }, [workspace, me.error, router]);

  if (me.error && !(me.error instanceof ApiError && me.error.status === 401)) {
    return (
      <main className="grid min-h-dvh place-items-center p-4">
        <ErrorState error={me.error} onRetry={() => void me.refetch()} />
      </main>
    );
  }
  if (me.data && !workspace) {
    return (
      <main className="grid min-h-dvh place-items-center p-4">
        <div className="flex max-w-md flex-col items-start gap-3">
          <Mark className="size-9" />
          <h1 className="text-xl font-semibold">{t("title")}</h1>
          <p className="text-base text-ink-muted">{t("text")}</p>
          <div className="flex flex-wrap gap-2">
            <Button kind="primary" onClick={() => setCreating(true)}>
              {tf("newWorkspace")}
            </Button>
            <Button onClick={() => void signOut()}>{tf("signOut")}</Button>
          </div>
        </div>
        <NewWorkspaceDialog open={creating} onOpenChange={setCreating} />
      </main>
    );
  }
  return (
    <main aria-busy="true" className="grid min-h-dvh place-items-center">
      <Mark className="motion-pulse size-9" />
      <h1 className="sr-only">Lathe</h1>
    </main>
  );
}
