import type { Command } from "commander";
import type { UnpackFinding } from "#lib/domain/archive";
import { formatBytes } from "#lib/domain/units";
import type { Client } from "#lib/sdk/client";
import { everyItem } from "#lib/sdk/every-item";
import { connect } from "../connection";
import { CommandFailed } from "../failure";
import { answer } from "../output";
import { parseS3 } from "../s3-location";
import { waitForJob } from "../wait-for-job";

type Options = { wait?: boolean; json?: boolean };

export function addUnpackCommand(program: Command): void {
  program
    .command("unpack")
    .argument("<archive>", "s3://bucket/archive.zip, .tar or .tar.gz")
    .argument("[prefix]", "s3://bucket/prefix/ to unpack to; default: a folder of the archive's name beside it")
    .option("--wait", "wait until it is done")
    .option("--json", "print one JSON value")
    .description("unpack an archive that lies in a bucket, on the server")
    .action(async (archive: string, target: string | undefined, options: Options) => {
      const { client } = connect();
      const { bucket, key } = parseS3(archive);
      const to = target === undefined ? null : parseS3(target);
      const started = await client.call("archive.unpack", { bucket, key, ...(to && { targetBucket: to.bucket, prefix: to.key }) });
      const place = `s3://${String(started.params.targetBucket)}/${String(started.params.prefix)}`;
      if (!options.wait) {
        answer(options, { job: started.job, status: started.status, target: place, files: null, sizeBytes: null, findings: [] }, () => `Started ${started.job}. Watch it: npx lathe job logs ${started.job} --follow`);
        return;
      }
      const job = await waitForJob(client, started.job);
      const findings = await allFindings(client, job.job);
      const { files = null, sizeBytes = null } = job.result?.metrics ?? {};
      answer(options, { job: job.job, status: job.status, target: place, files, sizeBytes, findings }, () =>
        [
          ...findings.map(({ name, taken, reason }) => `${taken ? "taken" : "left out"}  ${JSON.stringify(name)}: ${reason}`),
          `${files ?? 0} files, ${formatBytes(sizeBytes ?? 0)}, unpacked to ${place}; ${findings.filter(({ taken }) => !taken).length} entries left out.`,
        ].join("\n"),
      );
      if (job.status !== "succeeded") throw new CommandFailed(job.error ? `error: ${job.error.message} ${job.error.nextStep}` : `error: The job is ${job.status}.`);
    });
}

function allFindings(client: Client, job: string): Promise<UnpackFinding[]> {
  return everyItem((cursor) => client.call("archive.findings", { job, limit: 1000, cursor }));
}
