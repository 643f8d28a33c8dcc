"use client";

import { Command } from "cmdk";
import { Archive, Box, CircleDot, GraduationCap, Images, Languages, Moon, Plug, Plus, Search, Sun } from "lucide-react";
import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { Dialog } from "radix-ui";
import { useEffect, type ReactNode } from "react";
import { localeCookie } from "../_i18n/locale";
import { rememberChoice } from "../_ui/remember";
import { useTheme } from "../_ui/theme";
import { useOperation } from "./query";
import { rooms } from "./rail";
import { useWorkspace } from "./workspace";

const itemLook =
  "row-h flex cursor-default select-none items-center gap-2.5 rounded-sm px-2 text-base data-[selected=true]:bg-hover [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-ink-faint";
const groupLook = "px-1 pb-1 [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-ink-muted";

/** Go anywhere, do the main things, all from the keyboard. */
export function Palette({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("frame");
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey) {
        event.preventDefault();
        onOpenChange(!open);
      }
    }
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [open, onOpenChange]);
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="motion-fade fixed inset-0 z-50 bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          className="motion-pop fixed inset-x-2 top-[10dvh] z-50 mx-auto max-w-xl overflow-hidden rounded-md border border-line bg-raised shadow-pop outline-none"
        >
          <Dialog.Title className="sr-only">{t("palette")}</Dialog.Title>
          {open && <PaletteList close={() => onOpenChange(false)} />}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function PaletteList({ close }: { close: () => void }) {
  const t = useTranslations("frame");
  const tc = useTranslations("common");
  const { paths, may } = useWorkspace();
  const router = useRouter();
  const locale = useLocale();
  const { shown, setTheme } = useTheme();
  const buckets = useOperation("bucket.list", {});
  const datasets = useOperation("dataset.list", {});
  const models = useOperation("model.list", {});
  const endpoints = useOperation("endpoint.list", {});
  const jobs = useOperation("job.list", { limit: 50 });

  function go(path: string) {
    close();
    router.push(path);
  }

  function item(value: string, label: ReactNode, icon: ReactNode, onSelect: () => void, meta?: ReactNode) {
    return (
      <Command.Item key={value} value={value} onSelect={onSelect} className={itemLook}>
        {icon}
        <span className="min-w-0 flex-1 truncate">{label}</span>
        {meta && <span className="shrink-0 text-sm text-ink-muted">{meta}</span>}
      </Command.Item>
    );
  }

  return (
    <Command loop label={t("palette")}>
      <div className="flex items-center gap-2.5 border-b border-line px-3">
        <Search aria-hidden className="size-4 shrink-0 text-ink-faint" />
        <Command.Input autoFocus placeholder={t("palettePlaceholder")} className="h-11 w-full min-w-0 bg-transparent text-base outline-none pointer-coarse:text-lg" />
      </div>
      <Command.List className="max-h-[56dvh] overflow-y-auto py-1">
        <Command.Empty className="px-4 py-8 text-center text-base text-ink-muted">{t("paletteEmpty")}</Command.Empty>
        <Command.Group heading={t("goTo")} className={groupLook}>
          {rooms.map(({ name, icon: Icon, path }) => item(`go ${name} ${t(`room.${name}`)}`, t(`room.${name}`), <Icon aria-hidden />, () => go(path(paths))))}
        </Command.Group>
        <Command.Group heading={t("do")} className={groupLook}>
          {may("editor") && item(`do bucket ${t("doNewBucket")}`, t("doNewBucket"), <Plus aria-hidden />, () => go(`${paths.buckets}?new=1`))}
          {may("editor") && item(`do dataset ${t("doNewDataset")}`, t("doNewDataset"), <Plus aria-hidden />, () => go(paths.newDataset()))}
          {may("editor") && item(`do learn ${t("doAutoLearn")}`, t("doAutoLearn"), <GraduationCap aria-hidden />, () => go(paths.newAutoLearn()))}
          {item(`do theme ${t("doTheme")}`, t("doTheme"), shown === "dark" ? <Sun aria-hidden /> : <Moon aria-hidden />, () => {
            close();
            setTheme(shown === "dark" ? "light" : "dark");
          })}
          {item(`do language english 中文 ${t("doLanguage")}`, t("doLanguage"), <Languages aria-hidden />, () => {
            close();
            rememberChoice(localeCookie, locale === "en" ? "zh-CN" : "en");
            router.refresh();
          })}
        </Command.Group>
        {Boolean(buckets.data?.length) && (
          <Command.Group heading={t("room.buckets")} className={groupLook}>
            {buckets.data?.map(({ bucket }) => item(`bucket ${bucket}`, bucket, <Archive aria-hidden />, () => go(paths.bucket(bucket))))}
          </Command.Group>
        )}
        {Boolean(datasets.data?.length) && (
          <Command.Group heading={t("room.datasets")} className={groupLook}>
            {datasets.data?.map(({ dataset }) => item(`dataset ${dataset}`, dataset, <Images aria-hidden />, () => go(paths.dataset(dataset))))}
          </Command.Group>
        )}
        {Boolean(models.data?.length) && (
          <Command.Group heading={t("room.models")} className={groupLook}>
            {models.data?.map(({ model }) => item(`model ${model}`, model, <Box aria-hidden />, () => go(paths.model(model))))}
          </Command.Group>
        )}
        {Boolean(endpoints.data?.length) && (
          <Command.Group heading={t("room.endpoints")} className={groupLook}>
            {endpoints.data?.map(({ endpoint }) => item(`endpoint ${endpoint}`, endpoint, <Plug aria-hidden />, () => go(paths.endpoint(endpoint))))}
          </Command.Group>
        )}
        {Boolean(jobs.data?.items.length) && (
          <Command.Group heading={t("room.jobs")} className={groupLook}>
            {jobs.data?.items.map((job) =>
              item(`job ${job.name} ${job.job}`, job.name, <CircleDot aria-hidden />, () => go(paths.job(job.job)), `${tc(`jobKinds.${job.kind}`)} · ${tc(`statuses.${job.status}`)}`),
            )}
          </Command.Group>
        )}
      </Command.List>
    </Command>
  );
}
