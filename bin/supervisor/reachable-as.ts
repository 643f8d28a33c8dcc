import { hostname, networkInterfaces } from "node:os";
import { isLoopback } from "../preflight/settings.mjs";

const WILDCARDS = new Set(["0.0.0.0", "::"]);

/**
 * By which names and addresses a browser may reach what listens on `host`; the first is the one to hand out. For a
 * wildcard that is this machine's first address that others can reach.
 */
export function reachableAs(host: string): [string, ...string[]] {
  if (isLoopback(host)) return [host, "127.0.0.1", "localhost", "::1"];
  if (!WILDCARDS.has(host)) return [host];
  const addresses = Object.values(networkInterfaces())
    .flat()
    .filter((address) => address !== undefined && !address.address.startsWith("fe80:"))
    .sort((one, other) => Number(one!.internal) - Number(other!.internal) || one!.family.localeCompare(other!.family))
    .map((address) => address!.address);
  const [first = "127.0.0.1", ...others] = addresses;
  return [first, ...others, "localhost", hostname()];
}
