import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import mime from "mime";
import pLimit from "p-limit";
import { describeError } from "#lib/domain/errors";
import type { Prediction } from "#lib/protocol/endpoints";
import { ApiError } from "#lib/sdk/client";
import { connect } from "../connection";
import { CommandFailed } from "../failure";
import { answer, table } from "../output";

type Outcome = { file: string; predictions: Prediction[] } | { file: string; reason: string };

export function addPredictCommand(program: Command): void {
  program
    .command("predict")
    .argument("<endpoint>")
    .argument("<file...>", "pictures")
    .option("--json", "print one JSON value")
    .description("labels of pictures, most probable first")
    .action(async (name: string, files: string[], options: { json?: boolean }) => {
      const { client } = connect();
      const { url } = await client.call("endpoint.show", { endpoint: name });
      const limit = pLimit(4);
      const outcomes = await Promise.all(
        files.map((file) =>
          limit(async (): Promise<Outcome> => {
            try {
              const picture = new Uint8Array(await readFile(file));
              const contentType = mime.getType(file) ?? "application/octet-stream";
              return { file, predictions: await client.predict(url, picture, contentType) };
            } catch (error) {
              return { file, reason: error instanceof ApiError ? `${error.message} ${error.nextStep}` : describeError(error) };
            }
          }),
        ),
      );
      const good = outcomes.filter((o) => "predictions" in o);
      const bad = outcomes.filter((o) => "reason" in o);
      answer(options, good, () => good.map((o) => describe(o, good.length > 1)).join("\n"));
      if (bad.length > 0) throw new CommandFailed(bad.map((o) => `error: ${o.file}: ${o.reason}`).join("\n"));
    });
}

function describe({ file, predictions }: { file: string; predictions: Prediction[] }, named: boolean): string {
  const rows = table(predictions.map((p) => [`${(p.probability * 100).toFixed(1)} %`.padStart(7), p.label]));
  return named ? `${file}\n${rows}` : rows;
}
