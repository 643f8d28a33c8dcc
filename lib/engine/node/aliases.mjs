/*
 * Which module a program gets for a package of TensorFlow.js. Runs in Node's thread for module resolution: plain
 * JavaScript, without a loader.
 */

/** They stand for the whole namespace on the chosen engine. */
export const wholes = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node", "@tensorflow/tfjs"];

/** Another copy of one of these would know other tensors: there is one of each, that of the engine. */
export const parts = ["@tensorflow/tfjs-core", "@tensorflow/tfjs-layers", "@tensorflow/tfjs-converter", "@tensorflow/tfjs-data", "@tensorflow/tfjs-backend-cpu"];

let engine = "";

export function initialize({ engineUrl }) {
  engine = engineUrl;
}

export async function resolve(specifier, context, next) {
  if (wholes.includes(specifier) && !isInside(context.parentURL, engine)) return next(new URL("node/index.ts", engine).href, context);
  if (parts.includes(specifier)) return next(specifier, { ...context, parentURL: new URL("index.ts", engine).href });
  return next(specifier, context);
}

/** The engine itself, and TensorFlow.js' packages among themselves, mean the real ones. */
export function isInside(parent, engineUrl) {
  return parent !== undefined && (parent.startsWith(engineUrl) || parent.includes("/node_modules/@tensorflow/"));
}
