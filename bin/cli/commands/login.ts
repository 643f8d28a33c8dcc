import type { Command } from "commander";
import { connect } from "../connection";
import { answer } from "../output";

export function addLoginCommand(program: Command): void {
  program
    .command("login")
    .option("--json", "print one JSON value")
    .description("print a one-time link that signs you in in a browser")
    .action(async (options: { json?: boolean }) => {
      const link = await connect().client.call("sign-in-link.create");
      answer(options, link, () => link.url);
    });
}
