import type { z } from "zod";
import { operations, workspaceHeader, type OperationInput, type OperationName, type OperationOutput } from "#lib/protocol/api";
import { errorBody } from "#lib/protocol/common";
import { prediction, type Prediction } from "#lib/protocol/endpoints";
import type { Operation } from "#lib/protocol/operation";

/** What the server answered instead of the thing asked for. `status` 0: no answer came at all. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(
    readonly code: string,
    message: string,
    readonly nextStep: string,
    readonly status: number,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

export type ClientOptions = {
  /** e.g. http://127.0.0.1:3000; "" in a page of the same origin */
  baseUrl: string;
  /** an API key; a page goes without and uses its session cookie */
  token?: string;
  /** slug; needed only by a person who is in several */
  workspace?: string;
  fetch?: typeof globalThis.fetch;
};

type CallOptions = { signal?: AbortSignal };

export type Client = {
  /**
   * One operation of `lib/protocol/api.ts`: path parameters, query and body in one flat object.
   * @throws ApiError
   */
  call<Name extends OperationName>(
    name: Name,
    ...rest: {} extends OperationInput<Name>
      ? [input?: OperationInput<Name>, options?: CallOptions]
      : [input: OperationInput<Name>, options?: CallOptions]
  ): Promise<OperationOutput<Name>>;
  /**
   * Labels of one picture, most probable first.
   * @param endpointUrl an endpoint's `url`
   * @param contentType image/jpeg, image/png or image/webp
   * @throws ApiError
   */
  predict(endpointUrl: string, picture: Uint8Array<ArrayBuffer> | Blob, contentType: string, options?: CallOptions): Promise<Prediction[]>;
};

export function createClient(options: ClientOptions): Client {
  const send = options.fetch ?? globalThis.fetch.bind(globalThis);

  async function request(url: string, init: RequestInit): Promise<unknown> {
    const headers = new Headers(init.headers);
    if (options.token) headers.set("authorization", `Bearer ${options.token}`);
    if (options.workspace) headers.set(workspaceHeader, options.workspace);
    let response: Response;
    try {
      response = await send(url, { ...init, headers });
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      throw new ApiError(
        "server_unreachable",
        `No answer from ${options.baseUrl || "the server"}.`,
        "Check that Lathe is running and reachable, then try again.",
        0,
        { cause: error },
      );
    }
    const text = await response.text();
    const body = parseJson(text);
    if (response.ok) return body;
    const problem = errorBody.safeParse(body);
    if (problem.success) {
      const { code, message, nextStep } = problem.data.error;
      throw new ApiError(code, message, nextStep, response.status);
    }
    throw new ApiError(
      "unexpected_answer",
      `The server answered ${response.status} ${response.statusText}.`,
      "Look at web's log.",
      response.status,
    );
  }

  return {
    async call(name, ...[input, callOptions]) {
      const operation = operations[name] as Operation;
      const { url, body } = locate(operation, (input ?? {}) as Record<string, unknown>);
      const answer = await request(`${options.baseUrl}/api/v1${url}`, {
        method: operation.method,
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
        signal: callOptions?.signal,
      });
      return answer as OperationOutput<typeof name>;
    },
    async predict(endpointUrl, picture, contentType, callOptions) {
      const answer = await request(`${endpointUrl}/predict`, {
        method: "POST",
        body: picture,
        headers: { "content-type": contentType },
        signal: callOptions?.signal,
      });
      return prediction.array().parse(answer);
    },
  };
}

function parseJson(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Spreads a flat input over the path, the query and the body, by which schema names the field. */
function locate(operation: Operation, input: Record<string, unknown>): { url: string; body: unknown } {
  const inPath = new Set<string>();
  const path = operation.path.replace(/\{([^}]+)\}/g, (_, key: string) => {
    inPath.add(key);
    return encodeURIComponent(String(input[key]));
  });
  const queryKeys = new Set(Object.keys(shapeOf(operation.query)));
  const query = new URLSearchParams();
  const body: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(input)) {
    if (inPath.has(key) || value === undefined) continue;
    if (queryKeys.has(key)) query.set(key, String(value));
    else body[key] = value;
  }
  const search = query.toString();
  return { url: search ? `${path}?${search}` : path, body: operation.body ? body : undefined };
}

function shapeOf(schema: z.ZodType | undefined): Record<string, unknown> {
  return (schema as { shape?: Record<string, unknown> } | undefined)?.shape ?? {};
}
