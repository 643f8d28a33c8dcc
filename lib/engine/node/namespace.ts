import { io as coreIo, version_core } from "@tensorflow/tfjs-core";
import { version_converter } from "@tensorflow/tfjs-converter";
import * as tfjsData from "@tensorflow/tfjs-data";
import { version_layers } from "@tensorflow/tfjs-layers";
import { EngineError } from "../engine-error";
import { decodeBmp, decodeGif, decodeImage, decodeJpeg, decodePng } from "./decode";
import { encodeJpeg, encodePng } from "./encode";
import { fileSystem } from "./file-system";

/** `tf.data`: datasets. */
export const data = tfjsData;

/** `tf.io`, with files. */
export const io = { ...coreIo, fileSystem, nodeHTTPRequest: coreIo.http };

/** `tf.node` */
export const node = {
  decodeImage,
  decodeBmp,
  decodeGif,
  decodePng,
  decodeJpeg,
  encodeJpeg,
  encodePng,
  summaryFileWriter: missing("summaryFileWriter", "Print the numbers instead, or keep them in a file of your own."),
  tensorBoard: missing("tensorBoard", "Print the numbers in a callback of your own: model.fit(x, y, { callbacks: { onEpochEnd: console.log } })."),
  getMetaGraphsFromSavedModel: missing("getMetaGraphsFromSavedModel", savedModels()),
  getNumOfSavedModels: missing("getNumOfSavedModels", savedModels()),
  loadSavedModel: missing("loadSavedModel", savedModels()),
};

export const version = {
  tfjs: version_core,
  "tfjs-core": version_core,
  "tfjs-data": tfjsData.version_data,
  "tfjs-layers": version_layers,
  "tfjs-converter": version_converter,
};

function missing(name: string, instead: string): () => never {
  return () => {
    throw new EngineError(`tf.node.${name} needs TensorFlow's own libraries, which this engine does without. ${instead}`);
  };
}

function savedModels(): string {
  return "Convert the SavedModel with tensorflowjs_converter and load it with tf.loadGraphModel.";
}
