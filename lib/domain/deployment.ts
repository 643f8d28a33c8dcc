import { LatheError } from "./errors";

/**
 * A deployment is an endpoint serving one model version with a share of its traffic. An endpoint is as well as its
 * best deployment.
 *
 *   starting ──claimed──▶ loading ──loaded──▶ ready ──lease-lost──▶ starting
 *       │                    │ └──load-failed──▶ failed
 *       └──── stop-requested ┴──▶ stopped   (ready, too: the runner sees it and ends the child)
 */
export const deploymentStatuses = ["starting", "loading", "ready", "failed", "stopped"] as const;
export type DeploymentStatus = (typeof deploymentStatuses)[number];

export type DeploymentEvent =
  | { type: "claimed" }
  | { type: "loaded" }
  | { type: "load-failed" }
  | { type: "lease-lost" }
  | { type: "stop-requested" };

const table: Record<DeploymentStatus, Partial<Record<DeploymentEvent["type"], DeploymentStatus>>> = {
  starting: { claimed: "loading", "stop-requested": "stopped" },
  loading: { loaded: "ready", "load-failed": "failed", "lease-lost": "starting", "stop-requested": "stopped" },
  ready: { "load-failed": "failed", "lease-lost": "starting", "stop-requested": "stopped" },
  failed: { "stop-requested": "stopped" },
  stopped: {},
};

export function nextDeploymentStatus(status: DeploymentStatus, event: DeploymentEvent): DeploymentStatus {
  const next = table[status][event.type];
  if (next) return next;
  throw new LatheError({
    code: "illegal_transition",
    message: `A ${status} deployment cannot take the event "${event.type}".`,
    nextStep: "Look at the endpoint's present status.",
    status: 409,
  });
}

export const endpointStatuses = ["starting", "ready", "failed", "stopped"] as const;
export type EndpointStatus = (typeof endpointStatuses)[number];

export function endpointStatus(deployments: readonly DeploymentStatus[]): EndpointStatus {
  if (deployments.includes("ready")) return "ready";
  if (deployments.includes("starting") || deployments.includes("loading")) return "starting";
  if (deployments.includes("failed")) return "failed";
  return "stopped";
}

/**
 * Which deployment answers a request.
 * @param draw uniform in [0, 1)
 * @returns an index into `shares`, or -1 when all shares are zero
 */
export function chooseByTraffic(shares: readonly number[], draw: number): number {
  const total = shares.reduce((sum, share) => sum + share, 0);
  if (total <= 0) return -1;
  let rest = draw * total;
  for (let i = 0; i < shares.length; i++) {
    rest -= shares[i]!;
    if (rest < 0) return i;
  }
  return shares.findLastIndex((share) => share > 0);
}
