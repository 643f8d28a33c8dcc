/*
 * What `@tensorflow/tfjs-node-gpu`, `@tensorflow/tfjs-node` and `@tensorflow/tfjs` are here: the whole namespace, on the
 * engine chosen for this process. Importing it starts the engine. See `../register-aliases.ts`.
 */
import { startEngine } from "../index";
import { registerChainedOperations } from "./chained-operations";
import { registerFileRouters } from "./file-system";

export * from "@tensorflow/tfjs-core";
export * from "@tensorflow/tfjs-layers";
export * from "@tensorflow/tfjs-converter";
export { data, io, node, version } from "./namespace";
export * as default from "./index";

registerChainedOperations();
registerFileRouters();

const threads = Number(process.env.LATHE_THREADS) || undefined;

/** Which engine this program runs on, and why. */
export const startedEngine = await startEngine({ threads });
