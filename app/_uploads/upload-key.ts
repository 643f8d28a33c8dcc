/** Why a file cannot be an object of that name. The words are in the page's messages. */
export type KeyProblem = "empty" | "too-long" | "half-character" | "control-character" | "leading-slash" | "dots";

export const maxKeyBytes = 1024;

/**
 * The object's key for a file dropped or picked.
 * @param prefix the folder shown, "" or ending in "/"
 * @param relativePath as the browser gives it: the file's name, or its path from the folder dropped, with "/"
 */
export function keyOf(prefix: string, relativePath: string): string {
  return prefix + relativePath;
}

/**
 * What keeps a key from being sent at all. The server has the same rules (`storage/keys.ts`; a test holds them
 * together) and the last word; asking it for what is sure to be refused would only cost time.
 */
export function keyProblem(key: string): KeyProblem | null {
  if (key === "" || key.endsWith("/")) return "empty";
  if (new TextEncoder().encode(key).length > maxKeyBytes) return "too-long";
  if (/\p{Cs}/u.test(key)) return "half-character";
  if (/\p{Cc}/u.test(key)) return "control-character";
  if (key.startsWith("/")) return "leading-slash";
  if (key.split("/").some((part) => part === "." || part === "..")) return "dots";
  return null;
}
