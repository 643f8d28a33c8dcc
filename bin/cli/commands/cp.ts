import path from "node:path";
import type { Command } from "commander";
import { formatBytes, formatDuration } from "#lib/domain/units";
import type { Client } from "#lib/sdk/client";
import { connect } from "../connection";
import { CommandFailed, UsageError } from "../failure";
import { answer, ProgressLine } from "../output";
import { isS3, parseS3, type S3Location } from "../s3-location";
import { download, type Download } from "../transfer/download";
import { isFolder, walk } from "../transfer/local-files";
import { started } from "../transfer/pipeline";
import type { OnProgress, TransferResult } from "../transfer/result";
import { withRetry } from "../transfer/retry";
import { upload } from "../transfer/upload";

type Options = { recursive?: boolean; json?: boolean };

export function addCopyCommand(program: Command): void {
  program
    .command("cp")
    .argument("<src>")
    .argument("<dst>")
    .option("-r, --recursive", "a folder with all that is in it")
    .option("--json", "print one JSON value")
    .description("copy files to or from a bucket; one side is s3://bucket/key")
    .action(async (source: string, destination: string, options: Options) => {
      if (isS3(source) === isS3(destination)) throw new UsageError("one side, and only one, must be s3://bucket/key");
      const { client } = connect();
      const startMs = performance.now();
      const result = isS3(source)
        ? await copyDown(client, parseS3(source), destination, options)
        : await copyUp(client, source, parseS3(destination), options);
      const seconds = (performance.now() - startMs) / 1000;
      answer(options, { files: result.files, sizeBytes: result.sizeBytes, seconds: Number(seconds.toFixed(3)), failed: result.failed }, () =>
        `Copied ${result.files} files, ${formatBytes(result.sizeBytes)}, in ${formatDuration(seconds * 1000)}.`,
      );
      if (result.failed.length > 0) {
        const [first] = result.failed;
        const others = result.failed.length > 1 ? ` and ${result.failed.length - 1} more (--json lists them)` : "";
        throw new CommandFailed(`error: ${first!.path}: ${first!.reason}${others}`);
      }
    });
}

async function copyUp(client: Client, source: string, { bucket, key }: S3Location, options: Options): Promise<TransferResult> {
  if (!(await isFolder(source))) {
    const target = key === "" || key.endsWith("/") ? key + path.basename(source) : key;
    return withProgress((onProgress) => upload(client, [{ path: source, key: target }], bucket, onProgress));
  }
  if (!options.recursive) throw new UsageError(`${source} is a folder; add --recursive`);
  const { files, failed } = await walk(source);
  const prefix = key === "" || key.endsWith("/") ? key : `${key}/`;
  const result = await withProgress((onProgress) =>
    upload(client, files.map((file) => ({ path: file.path, key: prefix + file.relative })), bucket, onProgress),
  );
  return { ...result, failed: [...failed, ...result.failed] };
}

async function copyDown(client: Client, { bucket, key }: S3Location, destination: string, options: Options): Promise<TransferResult> {
  if (!options.recursive) {
    if (key === "" || key.endsWith("/")) throw new UsageError(`s3://${bucket}/${key} is a folder; add --recursive`);
    const intoFolder = destination.endsWith("/") || (await isFolder(destination));
    const folder = intoFolder ? destination : path.dirname(destination);
    const relative = intoFolder ? path.posix.basename(key) : path.basename(destination);
    return withProgress((onProgress) => download(client, only({ key, relative, url: "" }), bucket, folder, { onProgress, total: () => 1 }));
  }
  const prefix = key === "" || key.endsWith("/") ? key : `${key}/`;
  const listed = { count: 0, whole: false };
  const total = (): number | null => (listed.whole ? listed.count : null);
  const result = await withProgress((onProgress) => download(client, under(client, bucket, prefix, listed), bucket, destination, { onProgress, total }));
  if (total() === 0) throw new CommandFailed(`error: There is nothing under s3://${bucket}/${prefix}.`);
  return result;
}

async function* only(one: Download): AsyncGenerator<Download> {
  yield one;
}

/** All objects under a prefix with their addresses; the next page is on its way while this one is worked on. */
async function* under(client: Client, bucket: string, prefix: string, listed: { count: number; whole: boolean }): AsyncGenerator<Download> {
  const page = (cursor?: string) =>
    started(withRetry(() => client.call("object.list", { bucket, prefix, flat: "true", limit: cursor ? 1000 : 100, cursor })));
  let loading: ReturnType<typeof page> | null = page();
  while (loading) {
    const { objects, nextCursor }: Awaited<ReturnType<typeof page>> = await loading;
    loading = nextCursor ? page(nextCursor) : null;
    // A key that ends in "/" is how some tools mark a folder; there is nothing in it to copy.
    const files = objects.filter((object) => !object.key.endsWith("/"));
    listed.count += files.length;
    listed.whole = loading === null;
    for (const object of files) yield { key: object.key, relative: object.key.slice(prefix.length), url: object.url };
  }
}

async function withProgress(run: (onProgress: OnProgress) => Promise<TransferResult>): Promise<TransferResult> {
  const line = new ProgressLine();
  const startMs = performance.now();
  let shownAtMs = startMs;
  try {
    return await run(({ files, sizeBytes, failed, total }) => {
      const nowMs = performance.now();
      if (nowMs - shownAtMs < 100) return;
      shownAtMs = nowMs;
      const seconds = (nowMs - startMs) / 1000;
      const left = files > 0 && total !== null ? `, ${formatDuration((seconds / files) * (total - files - failed) * 1000)} left` : "";
      const of = total === null ? "" : ` of ${total}`;
      line.show(`${files}${of} files, ${formatBytes(sizeBytes)}, ${formatBytes(sizeBytes / seconds)}/s${left}${failed ? `, ${failed} failed` : ""}`);
    });
  } finally {
    line.end();
  }
}
