import clsx from "clsx";

/** A grey place of the size of what is coming, so that nothing moves when it comes. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={clsx("motion-pulse block rounded-sm bg-pressed", className)} />;
}

/** `rows` lines of a list, 32 px each like the real ones. */
export function SkeletonRows({ rows = 8 }: { rows?: number }) {
  const widths = ["w-1/3", "w-1/4", "w-2/5", "w-1/5", "w-1/3", "w-1/2"];
  return (
    <div aria-hidden className="flex flex-col">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="row-h flex items-center gap-4 border-b border-line px-3">
          <Skeleton className={clsx("h-3", widths[row % widths.length])} />
          <Skeleton className="ml-auto h-3 w-14" />
          <Skeleton className="h-3 w-20 max-sm:hidden" />
        </div>
      ))}
    </div>
  );
}
