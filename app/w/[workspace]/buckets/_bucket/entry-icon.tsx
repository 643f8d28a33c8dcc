"use client";

import clsx from "clsx";
import { File, FileText, Folder, Image as ImageIcon } from "lucide-react";
import { useState } from "react";
import { previewKind, type Entry } from "./entries";

export function EntryIcon({ entry, className = "size-4" }: { entry: Entry; className?: string }) {
  if (entry.kind === "folder") return <Folder aria-hidden className={clsx(className, "shrink-0 fill-accent-soft text-accent-ink")} />;
  const Icon = { picture: ImageIcon, text: FileText, none: File }[previewKind(entry.object.key)];
  return <Icon aria-hidden className={clsx(className, "shrink-0 text-ink-faint")} />;
}

/** What stands before a name in a list: the picture itself, small, or an icon of the same size. */
export function EntryThumbnail({ entry }: { entry: Entry }) {
  const [broken, setBroken] = useState(false);
  const thumbnail = entry.kind === "object" && !broken ? entry.object.thumbnailUrl : null;
  return (
    <span className="grid size-6 shrink-0 place-items-center overflow-hidden rounded-sm">
      {thumbnail ? <img src={thumbnail} alt="" loading="lazy" decoding="async" onError={() => setBroken(true)} className="size-full object-cover" /> : <EntryIcon entry={entry} />}
    </span>
  );
}
