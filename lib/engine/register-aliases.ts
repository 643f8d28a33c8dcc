/*
 * Load this before a program, and its TensorFlow.js runs on the engine chosen for the machine, whichever of
 * TensorFlow.js' packages it imports or requires:
 *
 *     node --import tsx --import …/lib/engine/register-aliases.ts program.mjs
 *
 * The engine is started first, so that a program in CommonJS, which cannot wait, finds it running. Which one it is
 * stands in one line on standard error. LATHE_ENGINE forces one, LATHE_THREADS bounds its threads.
 */
import Module from "node:module";
import { pathToFileURL } from "node:url";
import * as tf from "./node/index";
import { isInside, parts, wholes } from "./node/aliases.mjs";

type Load = (request: string, parent: { filename?: string } | undefined, isMain: boolean) => unknown;

const engineUrl = new URL("./", import.meta.url).href;

Module.register(new URL("node/aliases.mjs", import.meta.url), { data: { engineUrl } });

// `require` has hooks of its own in Node 22 and later only; this is what loaders did before.
const requireOwn = Module.createRequire(import.meta.url);
const loader = Module as unknown as { _load: Load };
const load = loader._load;
loader._load = function (request, parent, isMain) {
  const from = parent?.filename === undefined ? undefined : pathToFileURL(parent.filename).href;
  if (isInside(from, engineUrl)) return load.call(this, request, parent, isMain);
  if (wholes.includes(request)) return tf;
  return parts.includes(request) ? requireOwn(request) : load.call(this, request, parent, isMain);
};

process.stderr.write(`Engine: ${tf.startedEngine.reason}\n`);
