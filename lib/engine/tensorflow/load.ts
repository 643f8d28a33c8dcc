import { createRequire } from "node:module";
import "./node-util.mjs";
import { installedPackage } from "./find";

/** Registers the backend `tensorflow`. Call only where it has been found. */
export function loadTensorFlow(): void {
  createRequire(import.meta.url)(installedPackage()!);
}
