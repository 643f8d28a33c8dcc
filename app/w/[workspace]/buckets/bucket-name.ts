/** What is wrong with a bucket's name while it is typed; the words are in the page's messages. */
export type BucketNameProblem = "short" | "long" | "capitals" | "characters" | "ends" | "dots" | "ip" | "reserved";

/** The same rules as the server's (`storage/keys.ts`; a test holds them together), said before anything is sent. */
export function bucketNameProblem(name: string): BucketNameProblem | null {
  if (name === "lathe-internal") return "reserved";
  if (name.length < 3) return "short";
  if (name.length > 63) return "long";
  if (/[A-Z]/.test(name)) return "capitals";
  if (!/^[a-z0-9.-]+$/.test(name)) return "characters";
  if (!/^[a-z0-9].*[a-z0-9]$/.test(name)) return "ends";
  if (name.includes("..")) return "dots";
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) return "ip";
  if (/^(xn--|sthree-|amzn-s3-demo-)/.test(name) || /(-s3alias|--ol-s3|--x-s3|--table-s3|\.mrap)$/.test(name)) return "reserved";
  return null;
}

/** A name near the one typed that is allowed, or null. */
export function proposeBucketName(name: string): string | null {
  const text = name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+/, "").slice(0, 63).replace(/-+$/, "");
  return text !== name && bucketNameProblem(text) === null ? text : null;
}
