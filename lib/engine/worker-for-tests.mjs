// As in `lib/nn/pictures/worker-start.mjs`: Node 20 hands no module hooks on to worker threads.
import { register } from "tsx/esm/api";

register();
await import("./worker-for-tests.ts");
