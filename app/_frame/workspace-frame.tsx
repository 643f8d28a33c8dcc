"use client";

import { useQuery } from "@tanstack/react-query";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useState, type ReactNode } from "react";
import type { Me } from "#lib/protocol/accounts";
import { createClient, type ApiError } from "#lib/sdk/client";
import { UploadProvider } from "../_uploads/upload-provider";
import { UploadTray } from "../_uploads/upload-tray";
import { Sheet } from "../_ui/dialog";
import { ErrorState } from "../_ui/error-state";
import { Skeleton } from "../_ui/skeleton";
import { scrollerId } from "../_ui/use-scroll-list";
import { LiveProvider } from "./live";
import { NothingHere } from "./nothing-here";
import { Palette } from "./palette";
import { Rail } from "./rail";
import { TopBar } from "./top-bar";
import { WorkspaceProvider } from "./workspace";

/** Rail, top bar, and what outlives a page: the live socket and the uploads. */
export function WorkspaceFrame({ slug, children }: { slug: string; children: ReactNode }) {
  const me = useQuery<Me, ApiError>({
    queryKey: [slug, "me.show", {}],
    queryFn: ({ signal }) => createClient({ baseUrl: "", workspace: slug }).call("me.show", {}, { signal }),
    staleTime: 60_000,
  });
  const workspace = me.data?.workspaces.find((each) => each.slug === slug);
  if (me.isPending || me.error?.status === 401) return <FrameSkeleton />;
  if ((me.data && !workspace) || me.error?.status === 404) {
    return (
      <main className="flex min-h-dvh flex-col">
        <NothingHere />
      </main>
    );
  }
  if (!me.data || !workspace) {
    return (
      <main className="grid min-h-dvh place-items-center p-4">
        <ErrorState error={me.error} onRetry={() => void me.refetch()} />
      </main>
    );
  }
  return (
    <WorkspaceProvider me={me.data} workspace={workspace}>
      <LiveProvider>
        <UploadProvider>
          <Frame>{children}</Frame>
        </UploadProvider>
      </LiveProvider>
    </WorkspaceProvider>
  );
}

function Frame({ children }: { children: ReactNode }) {
  const t = useTranslations("frame");
  const [railOpen, setRailOpen] = useState(false);
  const [paletteOpen, setPaletteOpen] = useState(false);
  const pathname = usePathname();
  useEffect(() => {
    document.getElementById(scrollerId)?.scrollTo({ top: 0 });
  }, [pathname]);
  return (
    <div className="grid h-dvh grid-cols-[minmax(0,1fr)] lg:grid-cols-[var(--rail-width)_minmax(0,1fr)]">
      <a href={`#${scrollerId}`} className="sr-only focus:not-sr-only focus:fixed focus:left-2 focus:top-2 focus:z-70 focus:rounded-md focus:bg-raised focus:px-3 focus:py-2 focus:shadow-pop">
        {t("skip")}
      </a>
      <div className="hidden min-h-0 overflow-y-auto border-r border-line bg-sunken lg:block">
        <Rail />
      </div>
      <div className="flex min-h-0 min-w-0 flex-col">
        <TopBar onOpenRail={() => setRailOpen(true)} onOpenPalette={() => setPaletteOpen(true)} />
        <main id={scrollerId} tabIndex={-1} className="relative flex min-h-0 min-w-0 flex-1 flex-col overflow-y-auto outline-none [scrollbar-gutter:stable]">
          {children}
        </main>
      </div>
      <Sheet open={railOpen} onOpenChange={setRailOpen} title={t("rooms")} side="left" hideTitle>
        <Rail onNavigate={() => setRailOpen(false)} />
      </Sheet>
      <Palette open={paletteOpen} onOpenChange={setPaletteOpen} />
      <UploadTray />
    </div>
  );
}

function FrameSkeleton() {
  const t = useTranslations("common");
  return (
    <div aria-busy="true" className="grid h-dvh grid-cols-[minmax(0,1fr)] lg:grid-cols-[var(--rail-width)_minmax(0,1fr)]">
      <span role="status" className="sr-only">
        {t("loading")}
      </span>
      <div className="hidden border-r border-line bg-sunken p-2 lg:block">
        <div className="flex h-10 items-center gap-2.5 px-1.5">
          <Skeleton className="size-7 rounded-md" />
          <Skeleton className="h-3.5 w-24" />
        </div>
      </div>
      <main>
        <h1 className="sr-only">Lathe</h1>
        <div className="h-(--bar-height) border-b border-line" />
        <div className="mx-auto max-w-[1280px] px-4 pt-5 sm:px-6">
          <Skeleton className="h-6 w-40" />
        </div>
      </main>
    </div>
  );
}
