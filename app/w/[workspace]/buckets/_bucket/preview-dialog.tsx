"use client";

import { ChevronLeft, ChevronRight, Download, FileQuestion, PackageOpen } from "lucide-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { looksLikeArchive } from "#lib/domain/archive";
import type { StoredObject } from "#lib/protocol/buckets";
import { Button, Bytes, CopyButton, Dialog, ErrorNote, IconButton, Note, RelativeTime, Skeleton } from "#app/ui";
import { previewKind } from "./entries";

/** One object looked at, with its neighbours an arrow key away. */
export function PreviewDialog({
  bucket,
  objects,
  current,
  onCurrent,
  onDownload,
  onUnpack,
}: {
  bucket: string;
  objects: readonly StoredObject[];
  current: string;
  onCurrent: (key: string | null) => void;
  onDownload: (key: string) => void;
  /** left out for who may not */
  onUnpack?: (key: string) => void;
}) {
  const t = useTranslations("buckets.preview");
  const tb = useTranslations("buckets");
  const tc = useTranslations("common");
  const index = objects.findIndex((object) => object.key === current);
  const object = objects[index];
  const previous = objects[index - 1];
  const next = objects[index + 1];

  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      if (event.key === "ArrowLeft" && previous) onCurrent(previous.key);
      if (event.key === "ArrowRight" && next) onCurrent(next.key);
    }
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [previous, next, onCurrent]);

  const name = current.slice(current.lastIndexOf("/") + 1);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onCurrent(null)}
      size="lg"
      title={name}
      description={
        object && (
          <span className="flex flex-wrap items-center gap-x-3 gap-y-0.5 text-sm">
            <Bytes value={object.sizeBytes} />
            <RelativeTime atMs={object.modifiedAtMs} />
            <span className="inline-flex min-w-0 items-center">
              <code className="min-w-0 truncate">
                s3://{bucket}/{current}
              </code>
              <CopyButton text={`s3://${bucket}/${current}`} thing={t("address")} />
            </span>
          </span>
        )
      }
      footer={
        <>
          <div className="mr-auto flex gap-1">
            <IconButton kind="secondary" label={tc("previous")} disabled={!previous} onClick={() => previous && onCurrent(previous.key)}>
              <ChevronLeft aria-hidden />
            </IconButton>
            <IconButton kind="secondary" label={tc("next")} disabled={!next} onClick={() => next && onCurrent(next.key)}>
              <ChevronRight aria-hidden />
            </IconButton>
          </div>
          {onUnpack && looksLikeArchive(current) && (
            <Button
              icon={<PackageOpen aria-hidden />}
              onClick={() => {
                onCurrent(null);
                onUnpack(current);
              }}
            >
              {tb("unpack.open")}
            </Button>
          )}
          <Button icon={<Download aria-hidden />} onClick={() => onDownload(current)}>
            {tc("download")}
          </Button>
        </>
      }
    >
      <div className="grid min-h-[40dvh] place-items-center">{object ? <Content key={object.key} object={object} name={name} /> : <Note>{t("gone")}</Note>}</div>
    </Dialog>
  );
}

function Content({ object, name }: { object: StoredObject; name: string }) {
  const t = useTranslations("buckets.preview");
  const kind = previewKind(object.key);
  const [state, setState] = useState<"loading" | "shown" | "broken">("loading");
  if (kind === "picture" && state !== "broken") {
    return (
      <div className="relative grid min-h-[40dvh] w-full place-items-center">
        {state === "loading" && <Skeleton className="absolute inset-0 rounded-md" />}
        <img
          src={object.url}
          alt={name}
          onLoad={() => setState("shown")}
          onError={() => setState("broken")}
          className="relative max-h-[60dvh] max-w-full rounded-sm object-contain"
        />
      </div>
    );
  }
  if (kind === "text") return <TextContent object={object} />;
  return (
    <div className="flex max-w-sm flex-col items-center gap-2 text-center text-ink-muted">
      <FileQuestion aria-hidden className="size-8 text-ink-faint" />
      <p>{kind === "picture" ? t("broken") : t("none")}</p>
    </div>
  );
}

const shownBytes = 256 * 1024;

/** The beginning of a text, as text. Nothing in it is run or rendered. */
function TextContent({ object }: { object: StoredObject }) {
  const t = useTranslations("buckets.preview");
  const text = useQuery({
    queryKey: ["preview", object.url],
    queryFn: async ({ signal }) => {
      const headers = object.sizeBytes > shownBytes ? { range: `bytes=0-${shownBytes - 1}` } : undefined;
      const response = await fetch(object.url, { headers, signal });
      if (!response.ok) throw new Error(t("storeAnswered", { status: response.status }));
      return new TextDecoder().decode(await response.arrayBuffer());
    },
    staleTime: Infinity,
    retry: false,
  });
  if (text.error) return <ErrorNote error={text.error} />;
  if (text.data === undefined) return <Skeleton className="h-[40dvh] w-full" />;
  return (
    <div className="flex w-full min-w-0 flex-col gap-2 self-start">
      {object.sizeBytes > shownBytes && <p className="text-sm text-ink-muted">{t("beginning")}</p>}
      <pre tabIndex={0} aria-label={object.key} className="scroll-thin max-h-[56dvh] overflow-auto rounded-md border border-line bg-sunken p-3 font-mono text-sm leading-5 whitespace-pre-wrap break-words">
        {text.data}
      </pre>
    </div>
  );
}
