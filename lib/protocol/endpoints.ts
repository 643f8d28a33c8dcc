import { z } from "zod";
import { deploymentStatuses, endpointStatuses } from "#lib/domain/deployment";
import { done, name, problem, timeMs } from "./common";
import { operation } from "./operation";

export const prediction = z.object({ label: z.string(), probability: z.number().min(0).max(1) });
export type Prediction = z.infer<typeof prediction>;

export const deployment = z.object({
  id: z.string(),
  /** NAME@V */
  model: z.string(),
  trafficPercent: z.number().int().min(0).max(100),
  status: z.enum(deploymentStatuses),
  runner: z.string().nullable(),
  error: problem.nullable(),
  createdAtMs: timeMs,
});
export type Deployment = z.infer<typeof deployment>;

export const endpoint = z.object({
  endpoint: z.string(),
  status: z.enum(endpointStatuses),
  /** base of the Open Inference Protocol: GET {url}/v2, POST {url}/v2/models/{endpoint}/predict */
  url: z.string(),
  deployments: z.array(deployment),
  labels: z.array(z.string()),
  createdAtMs: timeMs,
});
export type Endpoint = z.infer<typeof endpoint>;

const endpointParams = z.object({ endpoint: z.string() });

export const endpointOperations = {
  "endpoint.list": operation({ method: "GET", path: "/endpoints", role: "viewer", summary: "Endpoints with their health", response: z.array(endpoint) }),
  "endpoint.show": operation({ method: "GET", path: "/endpoints/{endpoint}", role: "viewer", summary: "An endpoint", params: endpointParams, response: endpoint }),
  "endpoint.deploy": operation({
    method: "POST", path: "/endpoints/{endpoint}/deployments", role: "editor",
    summary: "Serve a model version; 100 percent of the traffic replaces what was served before, once the new one is ready",
    params: z.object({ endpoint: name }),
    body: z.object({ model: z.string().min(1).max(80), trafficPercent: z.number().int().min(1).max(100).default(100) }),
    response: endpoint,
  }),
  "endpoint.stop": operation({
    method: "POST", path: "/endpoints/{endpoint}/stop", role: "editor", summary: "Stop serving; the endpoint and its URL stay", params: endpointParams, response: endpoint,
  }),
  "endpoint.delete": operation({ method: "DELETE", path: "/endpoints/{endpoint}", role: "owner", summary: "Stop and forget an endpoint", params: endpointParams, response: done }),
};
