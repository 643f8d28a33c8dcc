import { LatheError } from "#lib/domain/errors";
import { inferResponse, maxPredictBytes } from "#lib/protocol/runner-socket";
import { readBody } from "../read-body";
import { send } from "../respond";
import { answerOf } from "./answer";
import type { ServingCall } from "./routes";
import { formatInferResponse, parseInferRequest } from "./tensors";

const inferTimeoutMs = 60_000;
/** Where the JSON ends and the tensors' bytes begin: the binary tensor extension. */
const lengthHeader = "inference-header-content-length";

/** POST …/v2/models/{name}/infer, in JSON or with binary tensors. */
export async function handleInfer(name: string, { services, request, response, choose }: ServingCall): Promise<void> {
  const { runnerId, deploymentId, model, signature } = choose();
  const jsonBytes = jsonLength(request.headers[lengthHeader]);
  const tensor = parseInferRequest(await readBody(request, maxPredictBytes), jsonBytes);
  const { datatype, shape, data } = tensor;
  const answer = answerOf(
    inferResponse,
    await services.runners.ask(runnerId, "endpoint.infer", { deploymentId, datatype, shape, data }, inferTimeoutMs),
  );
  if (answer.shape[1] !== signature.labels.length || answer.probabilities.byteLength !== answer.shape[0] * answer.shape[1] * 4) {
    throw new LatheError({
      code: "runner_answer_invalid",
      message: "The runner's answer has another shape than the model's labels.",
      nextStep: "Deploy the model version again.",
      status: 502,
    });
  }
  const out = formatInferResponse({
    name,
    version: model.slice(model.lastIndexOf("@") + 1),
    id: tensor.id,
    shape: answer.shape,
    probabilities: answer.probabilities,
    binary: tensor.binaryOutput,
  });
  if (out.jsonBytes !== null) response.setHeader(lengthHeader, String(out.jsonBytes));
  send(response, 200, out.jsonBytes === null ? "application/json; charset=utf-8" : "application/octet-stream", out.body);
}

function jsonLength(header: string | string[] | undefined): number | null {
  if (header === undefined) return null;
  if (typeof header === "string" && /^\d{1,9}$/.test(header)) return Number(header);
  throw new LatheError({
    code: "invalid_tensor",
    message: "Inference-Header-Content-Length is not a number of bytes.",
    nextStep: "Set it to the length of the JSON part of the body.",
  });
}
