import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { io } from "@tensorflow/tfjs-core";
import { EngineError } from "../engine-error";

const modelFile = "model.json";
const weightsFile = "weights.bin";
const scheme = "file://";

/** Saves models to a folder and loads them from their model.json, in TensorFlow.js' format. */
class FileSystem implements io.IOHandler {
  constructor(
    readonly path: string,
    /** where the weights are, if not where the model says */
    readonly weightsPath?: string,
  ) {}

  /** @throws EngineError if there is a file where the folder should be */
  async save(artifacts: io.ModelArtifacts): Promise<io.SaveResult> {
    if (this.weightsPath) throw new EngineError("A model is saved to one folder, not to two files. Give its path alone.");
    if (artifacts.modelTopology instanceof ArrayBuffer) throw new EngineError("A model in a binary format cannot be saved as model.json. Save a tf.layers model.");
    if ((await stat(this.path).catch(() => null))?.isFile()) {
      throw new EngineError(`Path ${this.path} exists as a file. The path must be nonexistent or point to a directory.`);
    }
    await mkdir(this.path, { recursive: true });
    const { modelTopology, weightSpecs, weightData, ...rest } = artifacts;
    const model = {
      modelTopology,
      weightsManifest: [{ paths: [weightsFile], weights: weightSpecs ?? [] }],
      ...pick(rest, ["format", "generatedBy", "convertedBy", "trainingConfig", "signature", "userDefinedMetadata", "initializerSignature"]),
    };
    // The model last, and at once: whoever finds it finds its weights.
    const weights = weightData ? new io.CompositeArrayBuffer(weightData).slice() : new ArrayBuffer(0);
    await writeFile(path.join(this.path, weightsFile), new Uint8Array(weights));
    const unfinished = path.join(this.path, `${modelFile}.${process.pid}`);
    await writeFile(unfinished, JSON.stringify(model));
    await rename(unfinished, path.join(this.path, modelFile));
    return { modelArtifactsInfo: { ...io.getModelArtifactsInfoForJSON(artifacts), dateSaved: new Date() } };
  }

  /** @throws EngineError if a file is missing or is no model */
  async load(): Promise<io.ModelArtifacts> {
    const found = await stat(this.path).catch(() => null);
    if (found?.isDirectory()) throw new EngineError(`${this.path} is a folder. Load the file in it: ${path.join(this.path, modelFile)}.`);
    const model = parse(this.path, (await read("model.json", this.path)).toString("utf8"));
    return io.getModelArtifactsForJSON(model, async (manifest) => {
      const specs = manifest.flatMap(({ weights }) => weights);
      const folder = path.dirname(this.path);
      const files = this.weightsPath ? [this.weightsPath] : manifest.flatMap(({ paths }) => paths.map((name) => path.join(folder, name)));
      const parts = await Promise.all(files.map((file) => read("weights file", file)));
      const bytes = Buffer.concat(parts);
      return [specs, bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)];
    });
  }
}

/**
 * @param location of a folder to save to or a model.json to load; or of a model.json and its weights
 * @returns a handler for `model.save` and `tf.loadLayersModel`
 */
export function fileSystem(location: string | readonly string[]): io.IOHandler {
  const paths = (typeof location === "string" ? [location] : location).map(withoutScheme);
  if (paths.length < 1 || paths.length > 2) throw new EngineError(`file paths must have a length of 2 (the model's and its weights'), but there are ${paths.length}.`);
  return new FileSystem(path.resolve(paths[0]!), paths[1] && path.resolve(paths[1]));
}

/** Makes `file://…` an address of models. */
export function registerFileRouters(): void {
  const route = (location: string | string[]) =>
    [location].flat().every((part) => part.startsWith(scheme)) ? fileSystem(location) : (null as unknown as io.IOHandler);
  io.registerLoadRouter(route);
  io.registerSaveRouter(route);
}

/** As TensorFlow.js reads it: what follows is a path, relative if it does not start with a slash. */
function withoutScheme(location: string): string {
  return location.startsWith(scheme) ? location.slice(scheme.length) : location;
}

async function read(what: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    throw new EngineError(missing ? `${what} ${file} does not exist: loading failed. Check the path.` : `${what} ${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

function parse(file: string, text: string): io.ModelJSON {
  try {
    const model = JSON.parse(text) as io.ModelJSON;
    if (Array.isArray(model.weightsManifest) || !model.weightsManifest) return model;
  } catch {
    // no JSON
  }
  throw new EngineError(`${file} is no TensorFlow.js model. Load the model.json that model.save wrote.`);
}

function pick<T extends object, K extends keyof T>(from: T, names: readonly K[]): Partial<Pick<T, K>> {
  return Object.fromEntries(names.filter((name) => from[name] != null).map((name) => [name, from[name]])) as Partial<Pick<T, K>>;
}
