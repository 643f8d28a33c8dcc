"use client";

import { ListChecks, Plug, ShieldAlert, ShieldCheck } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import type { JobKind } from "#lib/domain/job";
import type { Runner } from "#lib/protocol/runners";
import { formatBytes } from "#lib/domain/units";
import { Badge, Card, KeyValue, LabelledProgress, Note, RelativeTime, StatusBadge } from "#app/ui";
import { useWorkspace } from "#app/frame";

/** Names for the ids that a runner reports. */
export type Running = {
  jobs: ReadonlyMap<string, { name: string; kind: JobKind }>;
  endpoints: ReadonlyMap<string, { endpoint: string; model: string }>;
};

export function RunnerCard({ runner, running }: { runner: Runner; running: Running }) {
  const t = useTranslations("runners");
  const format = useFormatter();
  const { info, load } = runner;
  return (
    <Card pad={false}>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-3">
        <h2 className="min-w-0 truncate text-base font-semibold">{runner.name}</h2>
        <StatusBadge status={runner.online ? "online" : "offline"} />
        {info && <Badge>{info.engine.name}</Badge>}
        <span className="ml-auto text-sm text-ink-muted">
          {!runner.online && runner.lastSeenAtMs !== null && t.rich("lastSeen", { time: () => <RelativeTime atMs={runner.lastSeenAtMs!} /> })}
          {runner.online && info && `${info.platform} · ${info.version}`}
        </span>
      </div>
      {info && !info.sandbox.accepted && (
        <div className="px-4 pt-4">
          <Note kind="warning" title={t("sandbox.refusedTitle")}>
            {t("sandbox.refusedText")} <code className="rounded-sm bg-surface px-1">sudo apt-get install bubblewrap</code>
          </Note>
        </div>
      )}
      {info?.sandbox.kind === "none" && info.sandbox.accepted && (
        <div className="px-4 pt-4">
          <Note kind="warning" title={t("sandbox.noneTitle")}>
            {t("sandbox.noneText")} <code className="rounded-sm bg-surface px-1">sudo apt-get install bubblewrap</code>
          </Note>
        </div>
      )}
      {info ? (
        <div className="grid gap-x-10 gap-y-4 p-4 md:grid-cols-2">
          <div className="flex flex-col gap-4">
            <LabelledProgress label={t("slots")} fraction={load ? Math.min(1, load.jobs.length / Math.max(1, info.slots)) : null} detail={t("ofSlots", { used: load?.jobs.length ?? 0, slots: info.slots })} />
            <LabelledProgress label={t("cpu")} fraction={load ? Math.min(1, load.cpuFraction) : null} detail={t("cores", { count: info.cores })} />
            <LabelledProgress
              label={t("memory")}
              fraction={load ? Math.min(1, load.usedMemoryBytes / info.memoryBytes) : null}
              detail={load ? t("ofMemory", { used: formatBytes(load.usedMemoryBytes), total: formatBytes(info.memoryBytes) }) : formatBytes(info.memoryBytes)}
            />
          </div>
          <KeyValue
            items={[
              { label: t("engine"), value: <EngineText info={info} /> },
              {
                label: t("sandbox.label"),
                value: (
                  <span className="flex items-start gap-1.5">
                    {info.sandbox.kind === "bubblewrap" ? <ShieldCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-succeeded" /> : <ShieldAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-waiting" />}
                    <span>{t(`sandbox.kind.${info.sandbox.kind}`)}</span>
                  </span>
                ),
              },
              { label: t("detail"), value: <span className="text-sm text-ink-muted">{info.sandbox.message}</span> },
              { label: t("machine"), value: `${format.number(info.cores)} × CPU · ${formatBytes(info.memoryBytes)}` },
            ]}
          />
        </div>
      ) : (
        <p className="p-4 text-base text-ink-muted">{t("unknown")}</p>
      )}
      <div className="border-t border-line px-4 py-3">
        <h3 className="mb-1.5 text-sm font-medium text-ink-muted">{t("runsHere")}</h3>
        <RunningList load={load} running={running} />
      </div>
    </Card>
  );
}

function EngineText({ info }: { info: NonNullable<Runner["info"]> }) {
  return (
    <span>
      {info.engine.name}
      {info.engine.reason && <span className="block text-sm text-ink-muted">{info.engine.reason}</span>}
    </span>
  );
}

function RunningList({ load, running }: { load: Runner["load"]; running: Running }) {
  const t = useTranslations("runners");
  const tc = useTranslations("common");
  const { paths } = useWorkspace();
  if (!load || load.jobs.length + load.deployments.length === 0) return <p className="text-base text-ink-muted">{t("idle")}</p>;
  const look = "row-h -mx-2 flex items-center gap-2 rounded-sm px-2 hover:bg-hover";
  return (
    <ul>
      {load.jobs.map((id) => {
        const job = running.jobs.get(id);
        return (
          <li key={id}>
            <Link href={paths.job(id)} className={look}>
              <ListChecks aria-hidden className="size-4 shrink-0 text-ink-faint" />
              <span className="min-w-0 flex-1 truncate">{job?.name ?? id}</span>
              {job && <span className="shrink-0 text-sm text-ink-muted">{tc(`jobKinds.${job.kind}`)}</span>}
            </Link>
          </li>
        );
      })}
      {load.deployments.map((id) => {
        const served = running.endpoints.get(id);
        return (
          <li key={id}>
            <Link href={served ? paths.endpoint(served.endpoint) : paths.endpoints} className={look}>
              <Plug aria-hidden className="size-4 shrink-0 text-ink-faint" />
              <span className="min-w-0 flex-1 truncate">{served?.endpoint ?? id}</span>
              {served && <span className="shrink-0 text-sm text-ink-muted">{served.model}</span>}
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
