// Node 20 does not hand the parent's module hooks on to worker threads, and the parent may be vitest, which has others:
// so the worker registers tsx itself before its first TypeScript.
import { register } from "tsx/esm/api";

register();
await import("./worker.ts");
