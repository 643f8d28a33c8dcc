/* Node 23 took out functions of `util` that tfjs-node 4.22 still calls; this gives back those it needs. */
import util from "node:util";

util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;
