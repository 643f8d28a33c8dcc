"use client";

import clsx from "clsx";
import { Archive, Box, Check, ChevronsUpDown, Compass, Cpu, GraduationCap, Images, ListChecks, Plug, Plus, Settings2, type LucideIcon } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Menu } from "../_ui/menu";
import { Mark } from "./mark";
import { NewWorkspaceDialog } from "./new-workspace-dialog";
import { pathsOf, type Paths } from "./paths";
import { useWorkspace } from "./workspace";

export type RoomName = "overview" | "buckets" | "datasets" | "jobs" | "autoLearn" | "models" | "endpoints" | "runners" | "settings";

export const rooms: readonly { name: RoomName; icon: LucideIcon; path: (paths: Paths) => string }[] = [
  { name: "overview", icon: Compass, path: (paths) => paths.overview },
  { name: "buckets", icon: Archive, path: (paths) => paths.buckets },
  { name: "datasets", icon: Images, path: (paths) => paths.datasets },
  { name: "jobs", icon: ListChecks, path: (paths) => paths.jobs },
  { name: "autoLearn", icon: GraduationCap, path: (paths) => paths.autoLearn },
  { name: "models", icon: Box, path: (paths) => paths.models },
  { name: "endpoints", icon: Plug, path: (paths) => paths.endpoints },
  { name: "runners", icon: Cpu, path: (paths) => paths.runners },
  { name: "settings", icon: Settings2, path: (paths) => paths.settings() },
];

/** The rooms of the workspace. `onNavigate` closes the sheet it may stand in. */
export function Rail({ onNavigate }: { onNavigate?: () => void }) {
  const t = useTranslations("frame");
  const { paths } = useWorkspace();
  const pathname = usePathname();
  return (
    <div className="flex h-full flex-col gap-2 p-2">
      <div className={onNavigate ? "pr-9" : undefined}>
        <WorkspaceSwitcher />
      </div>
      <nav aria-label={t("rooms")} className="flex flex-col gap-px">
        {rooms.map(({ name, icon: Icon, path }) => {
          const href = path(paths);
          const active = name === "overview" ? pathname === href : pathname === href || pathname.startsWith(`${href}/`);
          return (
            <Link
              key={name}
              href={href}
              onClick={onNavigate}
              aria-current={active ? "page" : undefined}
              className={clsx(
                "row-h flex items-center gap-2.5 rounded-md px-2 text-base transition-colors duration-100",
                active ? "bg-pressed font-medium text-ink" : "text-ink-muted hover:bg-hover hover:text-ink",
                name === "runners" && "mt-3",
              )}
            >
              <Icon aria-hidden className={clsx("size-4 shrink-0", active ? "text-accent-ink" : "text-ink-faint")} />
              {t(`room.${name}`)}
            </Link>
          );
        })}
      </nav>
    </div>
  );
}

function WorkspaceSwitcher() {
  const t = useTranslations("frame");
  const { me, workspace } = useWorkspace();
  const [creating, setCreating] = useState(false);
  return (
    <>
      <Menu
        align="start"
        items={[
          { type: "heading", label: t("workspaces") },
          ...me.workspaces.map((each) => ({
            type: "link" as const,
            label: each.name,
            href: pathsOf(each.slug).overview,
            // A full load: queries, uploads and the socket belong to one workspace.
            external: true,
            icon: each.slug === workspace.slug ? <Check aria-hidden className="text-accent-ink!" /> : <span className="size-4" />,
          })),
          { type: "line" },
          { label: t("newWorkspace"), icon: <Plus aria-hidden />, onSelect: () => setCreating(true) },
        ]}
      >
        <button
          type="button"
          aria-label={t("switchWorkspace", { name: workspace.name })}
          className="flex h-10 w-full items-center gap-2.5 rounded-md px-1.5 text-left transition-colors duration-100 hover:bg-hover data-[state=open]:bg-hover"
        >
          <Mark className="size-7 shrink-0" />
          <span className="min-w-0 flex-1 leading-tight">
            <span className="block truncate text-base font-semibold">{workspace.name}</span>
          </span>
          <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-ink-faint" />
        </button>
      </Menu>
      <NewWorkspaceDialog open={creating} onOpenChange={setCreating} />
    </>
  );
}
