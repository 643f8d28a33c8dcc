import { z } from "zod";
import { operations, workspaceHeader } from "#lib/protocol/api";
import { errorBody } from "#lib/protocol/common";
import type { Operation } from "#lib/protocol/operation";

const schemaOf = (schema: z.ZodType, io: "input" | "output") => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Record<string, unknown>;
  return rest;
};

const jsonContent = (schema: unknown) => ({ "application/json": { schema } });

/** OpenAPI 3.1 of /api/v1, made from the catalog. */
export function openApiDocument(url: string, version: string): object {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, operation] of Object.entries(operations) as [string, Operation][]) {
    (paths[operation.path] ??= {})[operation.method.toLowerCase()] = describe(name, operation);
  }
  return {
    openapi: "3.1.0",
    info: { title: "Lathe", version, description: "Pictures in, a model behind an endpoint out." },
    servers: [{ url: `${url}/api/v1` }],
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer", description: "an API key, lathe_…" } },
      schemas: { Error: schemaOf(errorBody, "output") },
    },
  };
}

function describe(name: string, operation: Operation): object {
  return {
    operationId: name,
    tags: [name.split(".")[0]],
    summary: operation.summary,
    description: `Needs: ${operation.role === "user" ? "a signed-in user" : `the role ${operation.role}`}.`,
    parameters: [
      ...parameters(operation.params, "path"),
      ...parameters(operation.query, "query"),
      { name: workspaceHeader, in: "header", required: false, schema: { type: "string" }, description: "slug, for a person in several workspaces" },
    ],
    ...(operation.body ? { requestBody: { required: true, content: jsonContent(schemaOf(operation.body, "input")) } } : {}),
    responses: {
      200: { description: "done", content: jsonContent(schemaOf(operation.response, "output")) },
      default: { description: "what went wrong and what to do next", content: jsonContent({ $ref: "#/components/schemas/Error" }) },
    },
  };
}

function parameters(schema: z.ZodType | undefined, place: "path" | "query"): object[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemaOf(schema, "input") as { properties?: Record<string, unknown>; required?: string[] };
  return Object.entries(properties).map(([name, property]) => ({
    name, in: place, required: place === "path" || required.includes(name), schema: property,
  }));
}
