import type { IncomingMessage, ServerResponse } from "node:http";
import { findServing, type Serving } from "#lib/data/find-serving";
import { chooseByTraffic } from "#lib/domain/deployment";
import { LatheError, notFound } from "#lib/domain/errors";
import type { Signature } from "#lib/protocol/models";
import { authorise } from "../authorise";
import { sendJson } from "../respond";
import type { Services } from "../services";
import { handleInfer } from "./infer";
import { handlePredict } from "./predict";

export type ServingCall = { services: Services; request: IncomingMessage; response: ServerResponse; choose(): ReadyDeployment };
export type ReadyDeployment = { deploymentId: string; runnerId: string; model: string; signature: Signature };

const path = /^\/serve\/([^/]+)\/([^/]+)(\/.*)?$/;

/** /serve/{workspace}/{endpoint}/…: the Open Inference Protocol v2, and pictures as they are. @throws LatheError */
export async function handleServe(services: Services, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const match = path.exec(url.pathname);
  if (!match) throw nothingHere();
  const [, workspace, endpoint, rest = ""] = match as unknown as [string, string, string, string | undefined];
  const access = await authorise(services, { headers: request.headers, method: request.method, workspace }, "viewer");
  const serving = await findServing(services.db, { workspaceId: access.workspace.workspaceId, endpoint });
  if (!serving) throw notFound("endpoint", endpoint);
  const ready = readyOf(services, serving);
  const call: ServingCall = { services, request, response, choose: () => choose(endpoint, serving, ready) };

  switch (`${request.method} ${rest}`) {
    case "GET /v2":
    case "GET /v2/":
      return sendJson(response, 200, { name: "lathe", version: services.version, extensions: ["binary_tensor_data"] });
    case "GET /v2/health/live":
      return sendJson(response, 200, { live: true });
    case "GET /v2/health/ready":
      return sendJson(response, ready.length > 0 ? 200 : 503, { ready: ready.length > 0 });
    case `GET /v2/models/${endpoint}`:
      return sendJson(response, 200, modelMetadata(endpoint, choose(endpoint, serving, ready)));
    case `GET /v2/models/${endpoint}/ready`:
      return sendJson(response, ready.length > 0 ? 200 : 503, { name: endpoint, ready: ready.length > 0 });
    case `POST /v2/models/${endpoint}/infer`:
      return handleInfer(endpoint, call);
    case "POST /predict":
    case `POST /v2/models/${endpoint}/predict`:
      return handlePredict(call);
    default:
      throw nothingHere(endpoint);
  }
}

/** Ready in its row, and its runner is connected here. */
function readyOf({ runners }: Services, serving: Serving[]): (Serving & { runnerId: string })[] {
  return serving.filter(
    (deployment): deployment is Serving & { runnerId: string } =>
      deployment.status === "ready" && deployment.runnerId !== null && runners.isConnected(deployment.runnerId),
  );
}

function choose(endpoint: string, serving: Serving[], ready: (Serving & { runnerId: string })[]): ReadyDeployment {
  const index = chooseByTraffic(ready.map(({ trafficPercent }) => trafficPercent), Math.random());
  const chosen = ready[index];
  if (!chosen) throw notServing(endpoint, serving);
  return { deploymentId: chosen.deploymentId, runnerId: chosen.runnerId, model: chosen.model, signature: chosen.signature as Signature };
}

function notServing(endpoint: string, serving: Serving[]): LatheError {
  const statuses = serving.map(({ status }) => status);
  const starting = statuses.includes("starting") || statuses.includes("loading");
  const lost = statuses.includes("ready");
  return new LatheError({
    code: starting ? "endpoint_starting" : lost ? "runner_unreachable" : "endpoint_stopped",
    message: starting
      ? `The endpoint "${endpoint}" is still loading its model.`
      : lost
        ? `The runner that serves the endpoint "${endpoint}" is not connected at the moment.`
        : statuses.includes("failed")
          ? `The endpoint "${endpoint}" could not load its model.`
          : `The endpoint "${endpoint}" is stopped.`,
    nextStep: starting || lost ? "Try again in a few seconds." : "Deploy a model version there; its page says how.",
    status: 503,
  });
}

function modelMetadata(endpoint: string, { model, signature }: ReadyDeployment): object {
  return {
    name: endpoint,
    versions: [model.slice(model.lastIndexOf("@") + 1)],
    platform: "lathe_tensorflowjs",
    inputs: [{ name: "image", datatype: "FP32", shape: [-1, -1, -1, 3], parameters: { also: "UINT8", range: "FP32 in [0, 1], UINT8 in [0, 255]; RGB" } }],
    outputs: [{ name: "probabilities", datatype: "FP32", shape: [-1, signature.labels.length], parameters: { labels: signature.labels } }],
  };
}

function nothingHere(endpoint?: string): LatheError {
  return new LatheError({
    code: "route_not_found",
    message: "There is nothing at this path of an endpoint.",
    nextStep: endpoint ? `Send a picture to …/${endpoint}/predict, or tensors to …/${endpoint}/v2/models/${endpoint}/infer.` : "An endpoint's URL is /serve/WORKSPACE/ENDPOINT.",
    status: 404,
  });
}
