import type { z } from "zod";
import type { Role } from "#lib/domain/role";

export type Method = "GET" | "POST" | "PATCH" | "DELETE";

/**
 * One call of the HTTP API: where it is, who may make it, what goes in and what comes out. The server, the OpenAPI
 * document and the SDK are all made from it, so they cannot drift.
 *
 * `params` are the `{…}` of the path, `query` the query string (everything a string on the wire), `body` the JSON body.
 * `role` is the least role in the workspace; `"user"` needs a signed-in user but no workspace, `"anyone"` nobody.
 */
export type Operation<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Response extends z.ZodType = z.ZodType,
> = {
  method: Method;
  /** below /api/v1, with {name} for a path parameter */
  path: string;
  summary: string;
  role: Role | "user" | "anyone";
  params?: Params;
  query?: Query;
  body?: Body;
  response: Response;
};

export function operation<
  Response extends z.ZodType,
  Params extends z.ZodType = z.ZodType<unknown>,
  Query extends z.ZodType = z.ZodType<unknown>,
  Body extends z.ZodType = z.ZodType<unknown>,
>(definition: {
  method: Method;
  path: string;
  summary: string;
  role: Role | "user" | "anyone";
  params?: Params;
  query?: Query;
  body?: Body;
  response: Response;
}): Operation<Params, Query, Body, Response> {
  return definition;
}
