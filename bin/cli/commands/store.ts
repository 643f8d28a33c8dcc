import { setTimeout as delay } from "node:timers/promises";
import type { Command } from "commander";
import { LatheError } from "#lib/domain/errors";
import { formatBytes } from "#lib/domain/units";
import type { StoreAccess } from "#storage/root-request";
import { scrubReport, startScrub, type ScrubReport } from "#storage/scrub-client";
import { connectStore } from "../connection";
import { CommandFailed } from "../failure";
import { answer, ProgressLine, table } from "../output";

const firstLookMs = 100;
const slowestLookMs = 2_000;

export function addStoreCommands(program: Command): void {
  const store = program.command("store").description("the object store that comes with Lathe, on this machine");

  store
    .command("scrub")
    .option("--json", "print one JSON value")
    .description("compare every stored object with its checksums, and set aside what is damaged")
    .action(async (options: { json?: boolean }) => {
      const report = await scrubbed(connectStore());
      const { startedAtMs, endedAtMs, objects, bytes, damaged, damagedObjects } = report;
      answer(options, { startedAtMs, endedAtMs, objects, sizeBytes: bytes, damagedObjects, damaged }, () =>
        damagedObjects === 0
          ? `${size(report)} verified, none damaged.`
          : table([["OBJECT", "VERSION", "WHAT IS WRONG"], ...damaged.map(({ bucket, key, versionId, reason }) => [`s3://${bucket}/${key}`, versionId, reason])]),
      );
      if (damagedObjects === 0) return;
      const named = damagedObjects > damaged.length ? ` The first ${damaged.length} are named, the object store's log names all.` : "";
      throw new CommandFailed(`${damagedObjects} of ${size(report)} are damaged. They are set aside: reading one is an error until it is uploaded again, or its bytes are put back and scrubbed.${named}`);
    });
}

/** Begins one, or joins the one that runs, and waits for its end. */
async function scrubbed(store: StoreAccess): Promise<ScrubReport> {
  const line = new ProgressLine();
  let report: ScrubReport | null = await startScrub(store);
  for (let waitMs = firstLookMs; report?.state === "running"; waitMs = Math.min(waitMs * 2, slowestLookMs)) {
    line.show(`${size(report)} verified, ${report.damagedObjects} damaged so far; Ctrl-C stops the waiting, not the scrub`);
    await delay(waitMs);
    report = await scrubReport(store);
  }
  line.end();
  if (report?.state === "done") return report;
  throw new LatheError({
    code: "store_scrub_failed",
    message: `The scrub ended before its time: ${report?.error ?? "the object store was started anew"}.`,
    nextStep: "Run it again; what it found so far is in the object store's log.",
  });
}

function size({ objects, bytes }: ScrubReport): string {
  return `${objects.toLocaleString("en")} ${objects === 1 ? "object" : "objects"} (${formatBytes(bytes)})`;
}
