import { setTimeout as delay } from "node:timers/promises";
import type { Command } from "commander";
import type { Endpoint } from "#lib/protocol/endpoints";
import { connect } from "../connection";
import { CommandFailed } from "../failure";
import { wholeNumber } from "../options";
import { answer, ProgressLine, table } from "../output";

type Options = { json?: boolean };

const asAnswer = ({ endpoint, url, status }: Endpoint) => ({ endpoint, url, status });

export function addEndpointCommands(program: Command): void {
  program
    .command("deploy")
    .argument("<name@version>", "the model version to serve")
    .requiredOption("--endpoint <name>", "made when it is not there")
    .option("--traffic <percent>", "its share of the traffic", wholeNumber(1, 100), 100)
    .option("--json", "print one JSON value")
    .description("serve a model version at an endpoint, and wait until it answers")
    .action(async (model: string, options: Options & { endpoint: string; traffic: number }) => {
      const { client } = connect();
      const asked = await client.call("endpoint.deploy", { endpoint: options.endpoint, model, trafficPercent: options.traffic });
      const mine = asked.deployments.reduce((a, b) => (b.createdAtMs > a.createdAtMs ? b : a)).id;
      const line = new ProgressLine();
      for (;;) {
        const shown = await client.call("endpoint.show", { endpoint: options.endpoint });
        const deployment = shown.deployments.find((d) => d.id === mine);
        if (deployment?.status === "ready") {
          line.end();
          answer(options, asAnswer(shown), () => `${shown.endpoint} is ${shown.status}: ${shown.url}`);
          return;
        }
        if (!deployment || deployment.status === "failed" || deployment.status === "stopped") {
          line.end();
          const why = deployment?.error;
          throw new CommandFailed(`error: ${why ? `${why.message} ${why.nextStep}` : "The deployment was stopped before it was ready."}`);
        }
        line.show(`${shown.endpoint}: ${deployment.status}`);
        await delay(300);
      }
    });

  const endpoint = program.command("endpoint").description("endpoints: deployed models at a stable URL");
  endpoint
    .command("ls")
    .option("--json", "print one JSON value")
    .description("list the endpoints")
    .action(async (options: Options) => {
      const endpoints = await connect().client.call("endpoint.list");
      answer(options, endpoints, () =>
        endpoints.length === 0
          ? "No endpoints yet. Make one: npx lathe deploy MODEL@V --endpoint NAME"
          : table([
              ["ENDPOINT", "STATUS", "SERVES", "URL"],
              ...endpoints.map((e) => [
                e.endpoint,
                e.status,
                e.deployments.filter((d) => d.status !== "stopped").map((d) => `${d.model} ${d.trafficPercent} %`).join(", "),
                e.url,
              ]),
            ]),
      );
    });
  endpoint
    .command("stop")
    .argument("<name>")
    .option("--json", "print one JSON value")
    .description("stop serving; the endpoint and its URL stay")
    .action(async (name: string, options: Options) => {
      const stopped = await connect().client.call("endpoint.stop", { endpoint: name });
      answer(options, asAnswer(stopped), () => `${stopped.endpoint} is ${stopped.status}.`);
    });
}
