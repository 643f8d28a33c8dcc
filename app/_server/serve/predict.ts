import { LatheError } from "#lib/domain/errors";
import type { Prediction } from "#lib/protocol/endpoints";
import { maxPredictBytes, predictResponse } from "#lib/protocol/runner-socket";
import { readBody } from "../read-body";
import { sendJson } from "../respond";
import { answerOf } from "./answer";
import type { ServingCall } from "./routes";

const predictTimeoutMs = 30_000;
const maxFiles = 64;

/**
 * Raw picture bytes answer [{label, probability}], most probable first. A multipart form answers
 * [{file, predictions}], one for each file in it.
 */
export async function handlePredict({ services, request, response, choose }: ServingCall): Promise<void> {
  const predict = async (image: Uint8Array<ArrayBuffer>): Promise<Prediction[]> => {
    const { runnerId, deploymentId } = choose();
    const answer = await services.runners.ask(runnerId, "endpoint.predict", { deploymentId, image }, predictTimeoutMs);
    return answerOf(predictResponse, answer).predictions.sort((a, b) => b.probability - a.probability);
  };
  // Known before the bytes are read: nobody should send 32 MiB to learn that the endpoint is stopped.
  choose();
  const contentType = request.headers["content-type"] ?? "";
  const body = await readBody(request, maxPredictBytes);
  if (!/^multipart\/form-data/i.test(contentType)) {
    if (body.length === 0) throw noPicture("The body is empty.");
    return sendJson(response, 200, await predict(body));
  }
  const files = await filesOf(body, contentType);
  const answers: { file: string; predictions: Prediction[] }[] = [];
  for (const file of files) answers.push({ file: file.name, predictions: await predict(new Uint8Array(await file.arrayBuffer())) });
  sendJson(response, 200, answers);
}

async function filesOf(body: Buffer, contentType: string): Promise<File[]> {
  let form: FormData;
  try {
    form = await new Response(new Uint8Array(body), { headers: { "content-type": contentType } }).formData();
  } catch (error) {
    throw noPicture("The body is not a valid multipart form.", error);
  }
  const files = [...form.values()].filter((value): value is File => typeof value !== "string");
  if (files.length === 0) throw noPicture("The form holds no file.");
  if (files.length > maxFiles) throw noPicture(`The form holds ${files.length} files; ${maxFiles} are possible at once.`);
  return files;
}

function noPicture(message: string, cause?: unknown): LatheError {
  return new LatheError({
    code: "no_picture",
    message,
    nextStep: "Send the bytes of a JPEG, PNG or WebP, for example: curl --data-binary @cat.jpg -H 'content-type: image/jpeg' …",
    cause,
  });
}
