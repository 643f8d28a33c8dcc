import { Command, CommanderError } from "commander";
import { ApiError } from "#lib/sdk/client";
import { LatheError } from "#lib/domain/errors";
import { addBucketCommands } from "./commands/bucket";
import { addCopyCommand } from "./commands/cp";
import { addDatasetCommands } from "./commands/dataset";
import { addAutoLearnCommand } from "./commands/auto-learn";
import { addJobCommands } from "./commands/job";
import { addModelCommands } from "./commands/model";
import { addEndpointCommands } from "./commands/endpoint";
import { addPredictCommand } from "./commands/predict";
import { addLoginCommand } from "./commands/login";
import { addS3KeyCommands } from "./commands/s3-key";
import { addStoreCommands } from "./commands/store";
import { addUnpackCommand } from "./commands/unpack";
import { CommandFailed, UsageError } from "./failure";

/** @returns the exit code: 0 done, 1 the thing asked for failed, 2 the call's words are off */
export async function main(words: readonly string[]): Promise<number> {
  const program = new Command("lathe")
    .description("Pictures in, a model behind an endpoint out.")
    .version("0.1.0")
    .showHelpAfterError("(try --help)")
    .enablePositionalOptions();
  addBucketCommands(program);
  addS3KeyCommands(program);
  addCopyCommand(program);
  addUnpackCommand(program);
  addDatasetCommands(program);
  addAutoLearnCommand(program);
  addJobCommands(program);
  addModelCommands(program);
  addEndpointCommands(program);
  addPredictCommand(program);
  addLoginCommand(program);
  addStoreCommands(program);
  throwInsteadOfExit(program);

  try {
    await program.parseAsync([...words], { from: "user" });
    return 0;
  } catch (error) {
    return report(error);
  }
}

function throwInsteadOfExit(command: Command): void {
  command.exitOverride();
  command.configureOutput({ writeOut: (text) => process.stdout.write(text), writeErr: (text) => process.stderr.write(text) });
  for (const child of command.commands) throwInsteadOfExit(child);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof CommandFailed) {
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
  if (error instanceof UsageError) {
    process.stderr.write(`error: ${error.message}\n`);
    return 2;
  }
  if (error instanceof ApiError || error instanceof LatheError) {
    process.stderr.write(`error: ${error.message} ${error.nextStep}\n`);
    return 1;
  }
  const { code, message } = error as NodeJS.ErrnoException;
  process.stderr.write(`error: ${code ? message : ((error as Error).stack ?? String(error))}\n`);
  return 1;
}
