/** Lathe's mark: a turned spindle between its two centres. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 28 28" aria-hidden className={className}>
      <rect width="28" height="28" rx="6" fill="var(--accent)" />
      <g fill="none" stroke="var(--on-accent)" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round">
        <path d="M4 14h2.6M21.4 14H24" />
        <path d="M6.6 11v6c1.6 0 2.2 1.4 4 1.4s2.6-2 4.4-2 2 1.2 3.4 1.2 2-.6 3-.6v-6c-1 0-1.600-.6-3-.6s-1.600 1.200-3.400 1.200-2.600-2-4.400-2-2.400 1.400-4 1.400Z" />
      </g>
    </svg>
  );
}
