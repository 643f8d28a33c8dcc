"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { bucketAccesses, type BucketAccess } from "#lib/domain/bucket-access";
import { Checkbox, ErrorNote, SearchInput, Select, Skeleton } from "#app/ui";
import { useOperation } from "#app/frame";

/** So many are seen at a glance. */
const searchFrom = 8;

/** Which buckets, and what is allowed in each. */
export function BucketGrants({
  granted,
  onGranted,
  missing,
}: {
  granted: Record<string, BucketAccess>;
  onGranted: (granted: Record<string, BucketAccess>) => void;
  missing: boolean;
}) {
  const t = useTranslations("settings.s3Keys");
  const buckets = useOperation("bucket.list", {});
  const [search, setSearch] = useState("");
  const all = buckets.data?.map(({ bucket }) => bucket) ?? [];
  const shown = all.filter((name) => name.includes(search.trim().toLowerCase()));

  function grant(bucket: string, access: BucketAccess | null) {
    const rest = Object.fromEntries(Object.entries(granted).filter(([name]) => name !== bucket));
    onGranted(access ? { ...rest, [bucket]: access } : rest);
  }

  return (
    <fieldset className="flex min-w-0 flex-col gap-2">
      <legend className="mb-1 text-base font-medium">{t("buckets")}</legend>
      <p className="text-sm text-ink-muted">{t("bucketsHint")}</p>
      {all.length > searchFrom && <SearchInput label={t("searchBuckets")} value={search} onValueChange={setSearch} />}
      {buckets.error ? (
        <ErrorNote error={buckets.error} />
      ) : !buckets.data ? (
        <Skeleton className="h-8 w-full" />
      ) : all.length === 0 ? (
        <p className="text-sm text-ink-muted">{t("noBuckets")}</p>
      ) : (
        <ul className="max-h-64 overflow-y-auto rounded border border-line" aria-label={t("buckets")} tabIndex={0}>
          {shown.map((bucket) => (
            <li key={bucket} className="flex min-h-10 items-center justify-between gap-3 border-b border-line px-3 py-1 last:border-b-0">
              <Checkbox checked={bucket in granted} onCheckedChange={(on) => grant(bucket, on ? "read" : null)} label={<span className="break-all">{bucket}</span>} />
              {bucket in granted && (
                <div className="w-36 shrink-0">
                  <Select<BucketAccess>
                    size="sm"
                    label={t("accessOf", { bucket })}
                    value={granted[bucket]}
                    onValueChange={(access) => grant(bucket, access)}
                    options={bucketAccesses.map((access) => ({ value: access, label: t(`access.${access}`) }))}
                  />
                </div>
              )}
            </li>
          ))}
        </ul>
      )}
      {missing && (
        <p role="alert" className="text-sm text-failed">
          {t("bucketsMissing")}
        </p>
      )}
    </fieldset>
  );
}
