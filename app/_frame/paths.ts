/** Every address of a page, built in one place. Names are encoded; a prefix keeps its slashes readable in the query. */
export function pathsOf(workspace: string) {
  const root = `/w/${encodeURIComponent(workspace)}`;
  const version = (text: string) => {
    const [name = "", number] = text.split("@");
    return number ? `${encodeURIComponent(name)}/${number}` : encodeURIComponent(name);
  };
  return {
    overview: root,
    buckets: `${root}/buckets`,
    bucket: (bucket: string, prefix = "") => `${root}/buckets/${encodeURIComponent(bucket)}${prefix ? `?prefix=${encodeURIComponent(prefix)}` : ""}`,
    datasets: `${root}/datasets`,
    /** NAME, or NAME@V for a version */
    dataset: (nameOrVersion: string) => `${root}/datasets/${version(nameOrVersion)}`,
    /** where a draft is labelled; NAME@V */
    labelling: (draft: string) => `${root}/datasets/${version(draft)}/label`,
    /** what changed from an earlier version to this one. @param nameAndVersion NAME@V */
    datasetDiff: (nameAndVersion: string, from: number) => `${root}/datasets/${version(nameAndVersion)}/diff?from=${from}`,
    /** the list with its form open (a dataset may be called "new"); `bucket` and `prefix` fill the form in */
    newDataset: (from?: { bucket: string; prefix: string }) =>
      `${root}/datasets?new=1${from ? `&bucket=${encodeURIComponent(from.bucket)}&prefix=${encodeURIComponent(from.prefix)}` : ""}`,
    jobs: `${root}/jobs`,
    job: (job: string) => `${root}/jobs/${encodeURIComponent(job)}`,
    autoLearn: `${root}/auto-learn`,
    /** `dataset` (NAME or NAME@V) is chosen already */
    newAutoLearn: (dataset?: string) => `${root}/auto-learn/new${dataset ? `?dataset=${encodeURIComponent(dataset)}` : ""}`,
    models: `${root}/models`,
    /** NAME, or NAME@V for a version */
    model: (nameOrVersion: string) => `${root}/models/${version(nameOrVersion)}`,
    endpoints: `${root}/endpoints`,
    endpoint: (endpoint: string) => `${root}/endpoints/${encodeURIComponent(endpoint)}`,
    runners: `${root}/runners`,
    settings: (tab?: "profile" | "members" | "keys" | "s3") => `${root}/settings${tab && tab !== "profile" ? `?tab=${tab}` : ""}`,
  };
}

export type Paths = ReturnType<typeof pathsOf>;

/** Where to sign in, and to come back from there. */
export function signInPath(next?: string): string {
  return next && next !== "/" ? `/sign-in?next=${encodeURIComponent(next)}` : "/sign-in";
}

/** Only an address on this site, so that a link to sign-in cannot send a person elsewhere. */
export function safeNext(next: string | null | undefined): string {
  if (!next || !next.startsWith("/") || next.startsWith("//") || next.includes("\\")) return "/";
  return /[\u0000-\u001f]/.test(next) ? "/" : next;
}
