"use client";

import clsx from "clsx";
import { CircleAlert, CircleCheck, CircleDashed, CirclePause, CircleSlash, CircleStop, LoaderCircle, type LucideIcon } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { DatasetVersionStatus } from "#lib/domain/dataset";
import type { DeploymentStatus, EndpointStatus } from "#lib/domain/deployment";
import type { JobStatus } from "#lib/domain/job";

/** A quiet word beside a name: a kind, a count, a role. Not for states: those are StatusBadge. */
export function Badge({ children, className }: { children: ReactNode; className?: string }) {
  return <span className={clsx("inline-flex h-5 shrink-0 items-center gap-1 rounded-sm border border-line bg-sunken px-1.5 text-xs text-ink-muted", className)}>{children}</span>;
}

export type Status =
  | JobStatus
  | DatasetVersionStatus
  | DeploymentStatus
  | EndpointStatus
  | "online"
  | "offline"
  | "uploading"
  | "paused"
  | "done";

type Tone = "running" | "succeeded" | "failed" | "waiting" | "cancelled";

const looks: Record<Status, { tone: Tone; icon: LucideIcon; spins?: boolean }> = {
  queued: { tone: "waiting", icon: CircleDashed },
  running: { tone: "running", icon: LoaderCircle, spins: true },
  stopping: { tone: "waiting", icon: CircleStop },
  succeeded: { tone: "succeeded", icon: CircleCheck },
  failed: { tone: "failed", icon: CircleAlert },
  cancelled: { tone: "cancelled", icon: CircleSlash },
  importing: { tone: "running", icon: LoaderCircle, spins: true },
  draft: { tone: "waiting", icon: CircleDashed },
  freezing: { tone: "running", icon: LoaderCircle, spins: true },
  ready: { tone: "succeeded", icon: CircleCheck },
  starting: { tone: "waiting", icon: CircleDashed },
  loading: { tone: "running", icon: LoaderCircle, spins: true },
  stopped: { tone: "cancelled", icon: CircleStop },
  online: { tone: "succeeded", icon: CircleCheck },
  offline: { tone: "cancelled", icon: CircleSlash },
  uploading: { tone: "running", icon: LoaderCircle, spins: true },
  paused: { tone: "waiting", icon: CirclePause },
  done: { tone: "succeeded", icon: CircleCheck },
};

const inkOf: Record<Tone, string> = {
  running: "text-running",
  succeeded: "text-succeeded",
  failed: "text-failed",
  waiting: "text-waiting",
  cancelled: "text-cancelled",
};

const softOf: Record<Tone, string> = {
  running: "bg-running-soft",
  succeeded: "bg-succeeded-soft",
  failed: "bg-failed-soft",
  waiting: "bg-waiting-soft",
  cancelled: "bg-cancelled-soft",
};

/** The icon alone, for where the word stands elsewhere in the row; it is hidden from screen readers. */
export function StatusIcon({ status, className }: { status: Status; className?: string }) {
  const { tone, icon: Icon, spins } = looks[status];
  return <Icon aria-hidden className={clsx("size-4 shrink-0", inkOf[tone], spins && "motion-spin", className)} />;
}

/** A state: icon, word and colour. `plain` leaves the tint out, for dense lists. */
export function StatusBadge({ status, plain = false }: { status: Status; plain?: boolean }) {
  const t = useTranslations("common.statuses");
  const { tone, icon: Icon, spins } = looks[status];
  return (
    <span
      className={clsx(
        "inline-flex shrink-0 items-center gap-1.5 whitespace-nowrap text-sm font-medium",
        inkOf[tone],
        plain ? "" : clsx("h-5.5 rounded-sm px-1.5", softOf[tone]),
      )}
    >
      <Icon aria-hidden className={clsx("size-3.5", spins && "motion-spin")} />
      {t(status)}
    </span>
  );
}
