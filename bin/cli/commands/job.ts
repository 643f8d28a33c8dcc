import { setTimeout as delay } from "node:timers/promises";
import { Option, type Command } from "commander";
import { isTerminal, jobStatuses, type JobStatus } from "#lib/domain/job";
import { formatDuration } from "#lib/domain/units";
import type { Job } from "#lib/protocol/jobs";
import type { Client } from "#lib/sdk/client";
import { connect } from "../connection";
import { CommandFailed } from "../failure";
import { wholeNumber } from "../options";
import { answer, printJson, relativeTime, table } from "../output";
import { describe } from "../wait-for-job";

type Options = { json?: boolean };

export function addJobCommands(program: Command): void {
  const job = program.command("job").description("jobs: what was started, how it goes, what happened");

  job
    .command("ls")
    .addOption(new Option("--status <status>").choices(jobStatuses))
    .option("--limit <n>", "at most this many, newest first", wholeNumber(1, 1000), 100)
    .option("--json", "print one JSON value")
    .description("list the jobs, newest first")
    .action(async (options: Options & { status?: JobStatus; limit: number }) => {
      const { items } = await connect().client.call("job.list", { status: options.status, limit: options.limit });
      answer(options, items, () =>
        items.length === 0
          ? "No jobs yet. Start one: npx lathe auto-learn NAME --dataset DATASET"
          : table([
              ["JOB", "KIND", "NAME", "STATUS", "STARTED", "TOOK"],
              ...items.map((j) => [j.job, j.kind, j.name, statusWords(j), relativeTime(j.createdAtMs), duration(j)]),
            ]),
      );
    });

  job
    .command("show")
    .argument("<id>")
    .option("--json", "print one JSON value")
    .description("a job")
    .action(async (id: string, options: Options) => {
      const shown = await connect().client.call("job.show", { job: id });
      answer(options, shown, () =>
        [
          `${shown.job}  ${shown.kind} ${shown.name}  ${statusWords(shown)}  attempt ${shown.attempt}`,
          ...(isTerminal(shown.status) ? [] : [describe(shown)]),
          ...(shown.dataset ? [`dataset ${shown.dataset}`] : []),
          ...(shown.result?.model ? [`model ${shown.result.model}`] : []),
          ...Object.entries(shown.result?.metrics ?? {}).map(([name, value]) => `  ${name} ${value ?? "not a number"}`),
          ...(shown.error ? [`${shown.error.message} ${shown.error.nextStep}`] : []),
        ].join("\n"),
      );
    });

  job
    .command("logs")
    .argument("<id>")
    .option("--follow", "go on until the job ends")
    .option("--json", "print one JSON value")
    .description("the log from line 1")
    .action(async (id: string, options: Options & { follow?: boolean }) => {
      const { client } = connect();
      const lines: unknown[] = [];
      await readLog(client, id, options.follow ?? false, (line) => {
        if (options.json) lines.push(line);
        else process.stdout.write(`${line.text}\n`);
      });
      if (options.json) printJson(lines);
    });

  job
    .command("cancel")
    .argument("<id>")
    .option("--json", "print one JSON value")
    .description("stop a job; the best model so far is kept")
    .action(async (id: string, options: Options) => {
      const cancelled = await connect().client.call("job.cancel", { job: id });
      answer(options, { job: cancelled.job, status: cancelled.status }, () =>
        cancelled.status === "stopping" ? "Stopping; the best model so far is kept." : `The job is ${cancelled.status}.`,
      );
    });
}

type Line = { attempt: number; seq: number; atMs: number; level: string; text: string };

async function readLog(client: Client, id: string, follow: boolean, onLine: (line: Line) => void): Promise<void> {
  let cursor = "0:0";
  for (;;) {
    // The status is read before the events, so that the last page is read after the end.
    const ended = !follow || isTerminal((await client.call("job.show", { job: id })).status);
    for (;;) {
      const page = await client.call("job.events", { job: id, kind: "log", cursor, limit: 1000 });
      for (const { attempt, seq, atMs, body } of page.items) {
        if (body.kind === "log") onLine({ attempt, seq, atMs, level: body.level, text: body.text });
      }
      if (page.nextCursor === cursor && page.more) throw new CommandFailed("error: The log did not go on; try again.");
      cursor = page.nextCursor;
      if (!page.more) break;
    }
    if (ended) return;
    await delay(500);
  }
}

function statusWords(job: Job): string {
  return job.stopReason && job.stopReason !== "completed" ? `${job.status} (${job.stopReason})` : job.status;
}

function duration(job: Job): string {
  return job.startedAtMs === null ? "" : formatDuration((job.endedAtMs ?? Date.now()) - job.startedAtMs);
}
