"use client";

import { ChevronRight, Link2, LogOut, Menu as MenuIcon, Search, Settings2 } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { Fragment, useState } from "react";
import { Button, IconButton } from "../_ui/button";
import { Menu } from "../_ui/menu";
import { LanguageMenu, ThemeMenu } from "./look-menus";
import { RunningJobs } from "./running-jobs";
import { signOut } from "./session";
import { SignInLinkDialog } from "./sign-in-link-dialog";
import { useWorkspace } from "./workspace";

export function TopBar({ onOpenRail, onOpenPalette }: { onOpenRail: () => void; onOpenPalette: () => void }) {
  const t = useTranslations("frame");
  return (
    <header className="flex h-(--bar-height) shrink-0 items-center gap-1.5 border-b border-line bg-canvas pl-2 pr-2 sm:gap-2 lg:pl-6">
      <IconButton label={t("openRail")} tooltip={false} onClick={onOpenRail} className="lg:hidden">
        <MenuIcon aria-hidden />
      </IconButton>
      <Crumbs />
      <div className="ml-auto flex shrink-0 items-center gap-0.5 sm:gap-1">
        <RunningJobs />
        <button
          type="button"
          onClick={onOpenPalette}
          aria-keyshortcuts="Control+K Meta+K"
          className="hidden h-7 w-52 items-center gap-2 rounded-md border border-line-strong bg-surface px-2 text-sm text-ink-faint transition-colors duration-100 hover:border-ink-faint hover:text-ink-muted md:flex"
        >
          <Search aria-hidden className="size-3.5" />
          <span className="flex-1 text-left">{t("searchOrGo")}</span>
          <kbd className="rounded-sm border border-line bg-sunken px-1 text-xs">{t("paletteKey")}</kbd>
        </button>
        <IconButton label={t("searchOrGo")} onClick={onOpenPalette} className="md:hidden">
          <Search aria-hidden />
        </IconButton>
        <LanguageMenu />
        <ThemeMenu />
        <AccountMenu />
      </div>
    </header>
  );
}

/** Where this page stands, from its address. Names are the person's own and are not translated. */
function Crumbs() {
  const t = useTranslations("frame");
  const { paths, workspace } = useWorkspace();
  const pathname = usePathname();
  const known: Record<string, string> = {
    buckets: t("room.buckets"),
    datasets: t("room.datasets"),
    jobs: t("room.jobs"),
    "auto-learn": t("room.autoLearn"),
    models: t("room.models"),
    endpoints: t("room.endpoints"),
    runners: t("room.runners"),
    settings: t("room.settings"),
  };
  const pages: Record<string, string> = { new: t("new"), label: t("labelling"), diff: t("diff") };
  const parts = pathname.slice(paths.overview.length).split("/").filter(Boolean);
  const crumbs = parts.map((part, index) => {
    const own = decode(part);
    const version = index === 2 && /^\d+$/.test(part);
    const label = index === 0 ? (known[part] ?? own) : version ? `@${part}` : index === 3 || part === "new" ? (pages[part] ?? own) : own;
    return { label, href: `${paths.overview}/${parts.slice(0, index + 1).join("/")}` };
  });
  return (
    <nav aria-label={t("breadcrumb")} className="min-w-0 flex-1 overflow-hidden">
      <ol className="flex min-w-0 items-center gap-1 text-base">
        <li className={crumbs.length ? "hidden min-w-0 shrink truncate sm:block" : "min-w-0 truncate"}>
          {crumbs.length ? (
            <Link href={paths.overview} className="rounded-sm px-1 text-ink-muted hover:text-ink">
              {workspace.name}
            </Link>
          ) : (
            <span aria-current="page" className="px-1 font-medium">
              {t("room.overview")}
            </span>
          )}
        </li>
        {crumbs.map((crumb, index) => {
          const last = index === crumbs.length - 1;
          return (
            <Fragment key={crumb.href}>
              <li aria-hidden className={index === 0 ? "hidden shrink-0 sm:block" : "shrink-0"}>
                <ChevronRight className="size-3.5 text-ink-faint" />
              </li>
              <li className={last ? "min-w-0 truncate" : "min-w-0 shrink truncate"}>
                {last ? (
                  <span aria-current="page" className="px-1 font-medium">
                    {crumb.label}
                  </span>
                ) : (
                  <Link href={crumb.href} className="rounded-sm px-1 text-ink-muted hover:text-ink">
                    {crumb.label}
                  </Link>
                )}
              </li>
            </Fragment>
          );
        })}
      </ol>
    </nav>
  );
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a hand-typed address with a stray percent sign
  }
}

function AccountMenu() {
  const t = useTranslations("frame");
  const { me, paths } = useWorkspace();
  const [linking, setLinking] = useState(false);
  const initials = me.user.name
    .split(/\s+/)
    .map((word) => [...word][0] ?? "")
    .slice(0, 2)
    .join("")
    .toUpperCase();
  return (
    <>
      <Menu
        items={[
          { type: "heading", label: `${me.user.name} · ${me.user.email}` },
          { type: "link", label: t("settings"), icon: <Settings2 aria-hidden />, href: paths.settings() },
          { label: t("signInElsewhere"), icon: <Link2 aria-hidden />, onSelect: () => setLinking(true) },
          { type: "line" },
          { label: t("signOut"), icon: <LogOut aria-hidden />, onSelect: () => void signOut() },
        ]}
      >
        <Button kind="ghost" aria-label={t("account", { name: me.user.name })} className="px-1!">
          <span aria-hidden className="grid size-6 place-items-center rounded-full bg-accent-soft text-xs font-semibold text-accent-ink">
            {initials || "?"}
          </span>
        </Button>
      </Menu>
      <SignInLinkDialog open={linking} onOpenChange={setLinking} />
    </>
  );
}
