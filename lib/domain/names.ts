import { LatheError } from "./errors";

const pattern = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Names of datasets, models, endpoints and workspaces: they stand in URLs and in `NAME@V`. */
export function isName(text: string): boolean {
  return pattern.test(text);
}

export function requireName(kind: string, text: string): string {
  if (isName(text)) return text;
  const proposal = text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 63);
  throw new LatheError({
    code: "invalid_name",
    message: `"${text}" cannot be a ${kind} name: use 1 to 63 lower-case letters, digits and hyphens, starting with a letter or digit.`,
    nextStep: proposal ? `For example: ${proposal}` : "Choose another name.",
  });
}

/** "food@3" → {name: "food", version: 3}; "food" → version null, meaning the newest. */
export function parseVersioned(text: string): { name: string; version: number | null } {
  const match = /^([^@]+)(?:@([1-9][0-9]{0,8}))?$/.exec(text);
  if (!match) {
    throw new LatheError({
      code: "invalid_version",
      message: `"${text}" is not a name or NAME@VERSION.`,
      nextStep: "Write for example food or food@3.",
    });
  }
  return { name: match[1]!, version: match[2] ? Number(match[2]) : null };
}
