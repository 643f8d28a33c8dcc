const LONGEST = 300;

/** A pino line's message, with its error's; any other line as it is. */
function readable(line: string): string {
  if (!line.startsWith("{")) return line.trim();
  try {
    const { msg, err } = JSON.parse(line) as { msg?: string; err?: { message?: string } };
    return [msg, err?.message].filter(Boolean).join(": ") || line;
  } catch {
    return line;
  }
}

function isNoise(line: string): boolean {
  return line === "" || /^at /.test(line) || /^Node\.js v/.test(line) || /^[\^~{}[\]]+$/.test(line);
}

/**
 * The line that says most about why a process died: the last that names an error, else the last that is no stack frame.
 * @param lines oldest first
 */
export function tellingLine(lines: readonly string[]): string | null {
  const candidates = lines.map(readable).filter((line) => !isNoise(line));
  const found = candidates.findLast((line) => /error|fatal|panic|cannot|failed/i.test(line)) ?? candidates.at(-1);
  return found?.slice(0, LONGEST) ?? null;
}
