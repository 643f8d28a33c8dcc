"use client";

import clsx from "clsx";
import { File, FileText, Folder, Image as ImageIcon } from "lucide-react";
import { previewKind, type Entry } from "./entries";

export function EntryIcon({ entry, className = "size-4" }: { entry: Entry; className?: string }) {
  if (entry.kind === "folder") return <Folder aria-hidden className={clsx(className, "shrink-0 fill-accent-soft text-accent-ink")} />;
  const Icon = { picture: ImageIcon, text: FileText, none: File }[previewKind(entry.object.key)];
  return <Icon aria-hidden className={clsx(className, "shrink-0 text-ink-faint")} />;
}
