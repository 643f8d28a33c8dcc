export { anyFreePort as freePort } from "../preflight/port.mjs";
