const words = {
  en: { hour: " h", minute: " min", second: " s", gap: " " },
  "zh-CN": { hour: " 小时", minute: " 分", second: " 秒", gap: " " },
};

/**
 * A duration in the page's language, at most two units: 93_000 → "1 min 33 s" / "1 分 33 秒". From an hour on, seconds
 * are left out; under ten seconds, tenths are kept.
 */
export function spellDuration(durationMs: number, locale: keyof typeof words): string {
  const w = words[locale];
  const seconds = Math.max(0, durationMs) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)}${w.second}`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}${w.second}`;
  if (whole < 3600) {
    const rest = whole % 60;
    return `${Math.floor(whole / 60)}${w.minute}${rest ? `${w.gap}${rest}${w.second}` : ""}`;
  }
  const minutes = Math.round(whole / 60);
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)}${w.hour}${rest ? `${w.gap}${rest}${w.minute}` : ""}`;
}
