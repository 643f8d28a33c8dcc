/**
 * What an archive may hold and become. Everything in it is somebody else's text: names are decided on here, by pure
 * functions, and never by the process that decodes.
 */
export const archiveFormats = ["zip", "tar", "tar.gz"] as const;
export type ArchiveFormat = (typeof archiveFormats)[number];

/** Why an entry was left out. */
export const leftOutCodes = [
  "path_escape",
  "absolute_path",
  "backslash",
  "bad_name",
  "name_too_long",
  "link",
  "device",
  "encrypted",
  "damaged",
  "unsupported",
  "duplicate",
  "the_archive_itself",
  "housekeeping",
] as const;
export type LeftOutCode = (typeof leftOutCodes)[number];

/** An entry was taken, but a person should know of it. */
export const remarkCodes = ["unicode_twin"] as const;
export type RemarkCode = (typeof remarkCodes)[number];

/** One line of what is told of an archive: an entry left out, or taken with a remark. */
export type UnpackFinding = { name: string; taken: boolean; code: LeftOutCode | RemarkCode; reason: string };

export const unpackLimits = {
  maxEntries: 1_000_000,
  maxTotalBytes: 200 * 1024 ** 3,
  /** So much may come out of any archive; beyond it, `maxRatio` counts. */
  freeBytes: 256 * 1024 ** 2,
  /** Uncompressed to compressed. Photographs have 1, text 10, masks of one colour up to 200; a bomb has 1,000 and more. */
  maxRatio: 250,
} as const;

/** @returns the most bytes that may come out of an archive of that size */
export function maxUnpackedBytes(archiveBytes: number): number {
  return Math.min(unpackLimits.maxTotalBytes, Math.max(unpackLimits.freeBytes, archiveBytes * unpackLimits.maxRatio));
}

const archiveEndings = /\.(zip|tar|tar\.gz|tgz)$/i;

/** Whether the page offers to unpack it; what it really is, its bytes say. */
export function looksLikeArchive(key: string): boolean {
  return archiveEndings.test(key);
}

/** "sets/photos.tar.gz" → "sets/photos/": where an archive is unpacked unless somebody says otherwise. */
export function defaultUnpackPrefix(key: string): string {
  const bare = key.replace(archiveEndings, "");
  return bare === key || bare === "" || bare.endsWith("/") ? `${key}-unpacked/` : `${bare}/`;
}

/** What Finder and Explorer leave in archives; as a dataset's folder it would be a label. */
const housekeeping = /(^|\/)(__MACOSX\/|\._[^/]*$|\.DS_Store$|Thumbs\.db$|desktop\.ini$)/;

/**
 * The path of an entry below the prefix it is unpacked to: "/" between folders, no empty and no "." part.
 * @param maxBytes what the key may have beside its prefix, in UTF-8
 */
export function entryPath(name: string, maxBytes: number): { path: string } | { code: LeftOutCode; reason: string } {
  if (name.includes("\\")) return { code: "backslash", reason: "its name holds a backslash, which some systems take for a folder" };
  if (name.startsWith("/")) return { code: "absolute_path", reason: "its name starts at the root of a disk" };
  if (/^[A-Za-z]:/.test(name)) return { code: "absolute_path", reason: "its name starts with a drive letter" };
  if (/\p{Cc}/u.test(name)) return { code: "bad_name", reason: "its name holds a control character" };
  if (/\p{Cs}/u.test(name)) return { code: "bad_name", reason: "its name holds half of a character" };
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) return { code: "path_escape", reason: "its name leads out of the archive by “..”" };
  const path = parts.join("/");
  if (path === "") return { code: "bad_name", reason: "it has no name" };
  if (housekeeping.test(path)) return { code: "housekeeping", reason: "it is what a desktop keeps for itself, not a person's file" };
  const sizeBytes = new TextEncoder().encode(path).length;
  if (sizeBytes > maxBytes) return { code: "name_too_long", reason: `its name has ${sizeBytes} bytes and ${maxBytes} are left for it` };
  return { path };
}
