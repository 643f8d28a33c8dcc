import type { AutoLearnRequest } from "#lib/protocol/jobs";

/** One word of a shell line, quoted only where it must be. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A line of `npx lathe …`; null and undefined words are left out. */
function line(...words: (string | number | null | undefined)[]): string {
  return ["npx", "lathe", ...words.filter((word) => word !== null && word !== undefined).map((word) => shellWord(String(word)))].join(" ");
}

function option(name: string, value: string | number | null | undefined): (string | number | null)[] {
  return value === null || value === undefined || value === "" ? [] : [name, value];
}

/** The command lines of the contract, each doing exactly what a page's action does. */
export const commands = {
  datasetCreate: ({ dataset, bucket, prefix, format, draft }: { dataset: string; bucket: string; prefix: string; format?: string | null; draft?: boolean }) =>
    line("dataset", "create", dataset, "--from", `s3://${bucket}/${prefix}`, ...option("--format", format), draft ? "--draft" : null),
  /** @param dataset NAME@V */
  datasetExport: (dataset: string, format: string, bucket: string, prefix: string) => line("dataset", "export", dataset, "--format", format, "--to", `s3://${bucket || "BUCKET"}/${prefix}`),
  datasetList: () => line("dataset", "ls"),
  /** both NAME@V */
  preLabel: (draft: string, model: string) => line("dataset", "pre-label", draft, "--model", model, "--wait"),
  /** @param dataset NAME or NAME@V */
  datasetShow: (dataset: string) => line("dataset", "show", dataset),
  datasetDiff: (dataset: string, from: number, to: number) => line("dataset", "diff", `${dataset}@${from}`, `${dataset}@${to}`),
  /** What the person chose and what stands for the default on the page; the rest is left to the defaults. */
  autoLearn: ({ name, dataset, preset, imageSize, epochs, maxMinutes, pretrained, seed }: Omit<AutoLearnRequest, "maxMinutes"> & { maxMinutes: number | null }) =>
    line(
      "auto-learn",
      name || "NAME",
      ...option("--dataset", dataset || "DATASET"),
      ...option("--preset", preset),
      ...option("--image-size", imageSize),
      ...option("--epochs", epochs),
      ...option("--max-minutes", maxMinutes),
      ...option("--pretrained", pretrained),
      ...option("--seed", seed === 0 ? null : seed),
      "--wait",
    ),
  unpack: ({ bucket, key, targetBucket, prefix }: { bucket: string; key: string; targetBucket: string; prefix: string }) =>
    line("unpack", `s3://${bucket}/${key}`, `s3://${targetBucket}/${prefix}`, "--wait"),
  jobList: () => line("job", "ls"),
  jobShow: (job: string) => line("job", "show", job),
  jobLogs: (job: string, follow: boolean) => line("job", "logs", job, follow ? "--follow" : null),
  jobCancel: (job: string) => line("job", "cancel", job),
  modelList: () => line("model", "ls"),
  /** @param model NAME@V */
  modelShow: (model: string) => line("model", "show", model),
  /** @param model NAME@V */
  modelExport: (model: string) => line("model", "export", model, "--format", "tfjs", "--output", model.replace("@", "-")),
  /** @param model NAME@V */
  deploy: ({ model, endpoint, trafficPercent }: { model: string; endpoint: string; trafficPercent: number }) =>
    line("deploy", model, "--endpoint", endpoint || "ENDPOINT", ...option("--traffic", trafficPercent === 100 ? null : trafficPercent)),
  endpointList: () => line("endpoint", "ls"),
  endpointStop: (endpoint: string) => line("endpoint", "stop", endpoint),
  predict: (endpoint: string, file: string) => line("predict", endpoint, file),
};
