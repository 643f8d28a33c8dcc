import type { IncomingMessage } from "node:http";
import type { z } from "zod";
import { LatheError } from "#lib/domain/errors";
import { operations, type OperationName } from "#lib/protocol/api";
import type { Operation } from "#lib/protocol/operation";
import { authorise, identify, type AccessInWorkspace } from "../authorise";
import { readJson } from "../read-body";
import type { Services } from "../services";
import { handlers } from "./handlers";

const jsonLimitBytes = 1024 * 1024;
/** Lists of a thousand keys of a kibibyte each. */
const listLimitBytes = 8 * 1024 * 1024;
const lists: ReadonlySet<OperationName> = new Set(["object.presign-uploads", "object.presign-downloads", "object.delete"]);

type Route = { name: OperationName; operation: Operation; segments: string[] };

const routes: Route[] = (Object.entries(operations) as [OperationName, Operation][]).map(([name, operation]) => ({
  name,
  operation,
  segments: operation.path.split("/").slice(1),
}));

export type Match = { name: OperationName; operation: Operation; params: Record<string, string> };

/**
 * @param path below /api/v1
 * @throws LatheError 404 for an unknown path, 405 for a known one with another method
 */
export function matchRoute(method: string, path: string): Match {
  const parts = path.split("/").slice(1).map(decode);
  const onPath = routes.flatMap((route) => {
    const params = matchSegments(route.segments, parts);
    return params ? [{ ...route, params }] : [];
  });
  const match = onPath.find(({ operation }) => operation.method === method);
  if (match) return { name: match.name, operation: match.operation, params: match.params };
  const allowed = onPath.map(({ operation }) => operation.method).join(", ");
  throw new LatheError({
    code: allowed ? "method_not_allowed" : "route_not_found",
    message: allowed ? `${method} is not possible here, only ${allowed}.` : "The API has nothing at this path.",
    nextStep: "Look at /api/v1/openapi.json for what there is.",
    status: allowed ? 405 : 404,
  });
}

function matchSegments(segments: string[], parts: string[]): Record<string, string> | null {
  if (segments.length !== parts.length) return null;
  const params: Record<string, string> = {};
  for (const [i, segment] of segments.entries()) {
    const part = parts[i]!;
    if (segment.startsWith("{")) params[segment.slice(1, -1)] = part;
    else if (segment !== part) return null;
  }
  return params;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    throw new LatheError({
      code: "invalid_path",
      message: "The path holds a broken %-escape.",
      nextStep: "Encode names in it as encodeURIComponent does.",
      cause: error,
    });
  }
}

/** Authorises first, then validates: who may not be here learns nothing about what would be valid. */
export async function callOperation(services: Services, request: IncomingMessage, url: URL, match: Match): Promise<unknown> {
  const { name, operation } = match;
  const access = await accessFor(services, request, operation);
  const body = operation.body ? await readJson(request, lists.has(name) ? listLimitBytes : jsonLimitBytes) : undefined;
  const input = {
    ...parse(operation.params, match.params),
    ...parse(operation.query, Object.fromEntries(url.searchParams)),
    ...parse(operation.body, body),
  };
  const handler = handlers[name] as (call: { services: Services; access: AccessInWorkspace }, input: unknown) => Promise<unknown>;
  return handler({ services, access }, input);
}

async function accessFor(services: Services, request: IncomingMessage, { role }: Operation): Promise<AccessInWorkspace> {
  const asked = { headers: request.headers, method: request.method };
  if (role === "user") return (await identify(services, asked)) as AccessInWorkspace;
  if (role === "anyone") throw new Error("no operation is open to anyone; give it its own authorisation first");
  return authorise(services, asked, role);
}

function parse(schema: z.ZodType | undefined, value: unknown): object {
  if (!schema) return {};
  const result = schema.safeParse(value);
  if (result.success) return result.data as object;
  throw invalidInput(result.error);
}

/** @returns 400 naming the field */
export function invalidInput(error: z.ZodError): LatheError {
  const issue = deepest(error.issues[0]!);
  const field = issue.path.map(String).join(".");
  return new LatheError({
    code: "invalid_input",
    message: field ? `"${field}": ${issue.message}.` : `${issue.message}.`,
    nextStep: field ? `Correct "${field}" and send it again.` : "Look at /api/v1/openapi.json for what goes in.",
  });
}

/** Of a union's failures the first branch's says most. */
function deepest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  const inner = issue.code === "invalid_union" ? issue.errors[0]?.[0] : undefined;
  return inner ? deepest({ ...inner, path: [...issue.path, ...inner.path] }) : issue;
}
