"use client";

import clsx from "clsx";
import { useFormatter } from "next-intl";
import { Progress as Radix } from "radix-ui";

/**
 * How far something is.
 * @param fraction 0 to 1; null when it is not known yet
 * @param label what is going on, for screen readers; show words beside it too
 */
export function Progress({
  fraction,
  label,
  tone = "accent",
  className,
}: {
  fraction: number | null;
  label: string;
  tone?: "accent" | "failed" | "succeeded" | "waiting";
  className?: string;
}) {
  const format = useFormatter();
  const clamped = fraction === null ? null : Math.min(1, Math.max(0, fraction));
  const colour = { accent: "bg-accent", failed: "bg-danger", succeeded: "bg-succeeded", waiting: "bg-waiting" }[tone];
  return (
    <Radix.Root
      value={clamped === null ? null : Math.round(clamped * 1000) / 10}
      max={100}
      aria-label={label}
      getValueLabel={(value) => format.number(value / 100, { style: "percent" })}
      className={clsx("relative h-1 w-full overflow-hidden rounded-full bg-pressed", className)}
    >
      <Radix.Indicator
        className={clsx("h-full w-full origin-left rounded-full transition-transform duration-150", colour, clamped === null && "motion-pulse")}
        style={{ transform: clamped === null ? "scaleX(0.3)" : `scaleX(${clamped})` }}
      />
    </Radix.Root>
  );
}

/** Progress with the share beside it in figures that do not jump. */
export function LabelledProgress({ fraction, label, detail }: { fraction: number | null; label: string; detail?: React.ReactNode }) {
  const format = useFormatter();
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <div className="flex items-baseline justify-between gap-3 text-sm">
        <span className="min-w-0 truncate text-ink-muted">{label}</span>
        <span className="nums shrink-0 text-ink-muted">
          {detail}
          <span className="ml-2 inline-block min-w-9 text-right font-medium text-ink">{fraction === null ? "–" : format.number(fraction, { style: "percent", maximumFractionDigits: 0 })}</span>
        </span>
      </div>
      <Progress fraction={fraction} label={label} />
    </div>
  );
}
