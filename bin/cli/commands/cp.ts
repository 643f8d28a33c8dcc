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
import type { OnProgress, TransferResult } from "../transfer/result";
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
    return withProgress(1, (onProgress) => upload(client, [{ path: source, key: target }], bucket, onProgress));
  }
  if (!options.recursive) throw new UsageError(`${source} is a folder; add --recursive`);
  const { files, failed } = await walk(source);
  const prefix = key === "" || key.endsWith("/") ? key : `${key}/`;
  const result = await withProgress(files.length, (onProgress) =>
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
    return withProgress(1, (onProgress) => download(client, [{ key, relative }], bucket, folder, onProgress));
  }
  const prefix = key === "" || key.endsWith("/") ? key : `${key}/`;
  const downloads = await listAll(client, bucket, prefix);
  if (downloads.length === 0) throw new CommandFailed(`error: There is nothing under s3://${bucket}/${prefix}.`);
  return withProgress(downloads.length, (onProgress) => download(client, downloads, bucket, destination, onProgress));
}

async function listAll(client: Client, bucket: string, prefix: string): Promise<Download[]> {
  const all: Download[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.call("object.list", { bucket, prefix, flat: "true", limit: 1000, cursor });
    // A key that ends in "/" is how some tools mark a folder; there is nothing in it to copy.
    for (const object of page.objects) if (!object.key.endsWith("/")) all.push({ key: object.key, relative: object.key.slice(prefix.length) });
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return all;
}

async function withProgress(total: number, run: (onProgress: OnProgress) => Promise<TransferResult>): Promise<TransferResult> {
  const line = new ProgressLine();
  const startMs = performance.now();
  try {
    return await run(({ files, sizeBytes, failed }) => {
      const seconds = (performance.now() - startMs) / 1000;
      const rest = total - files - failed;
      const left = files > 0 ? `, ${formatDuration((seconds / files) * rest * 1000)} left` : "";
      line.show(`${files} of ${total} files, ${formatBytes(sizeBytes)}, ${formatBytes(sizeBytes / seconds)}/s${left}${failed ? `, ${failed} failed` : ""}`);
    });
  } finally {
    line.end();
  }
}
