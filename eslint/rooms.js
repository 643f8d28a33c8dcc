/**
 * Which room may import which (design.md, "Rooms"). A room is the longest matching prefix of a file's path.
 * Packages listed in `packages` may be imported only by the rooms that name them.
 */
export const rooms = {
  "lib/domain": { may: [] },
  "lib/protocol": { may: ["lib/domain"] },
  "lib/nn": { may: ["lib/domain"] },
  "lib/engine": { may: [] },
  "lib/data": { may: ["lib/domain", "prisma"] },
  "lib/sdk": { may: ["lib/protocol", "lib/domain"] },
  storage: { may: ["lib/domain"] },
  runner: { may: ["lib/domain", "lib/protocol", "lib/nn", "lib/engine", "lib/data", "lib/sdk", "storage"] },
  app: { may: ["lib/domain", "lib/protocol", "lib/data", "lib/sdk", "storage"] },
  bin: { may: ["bin/testing", "lib/domain", "lib/protocol", "lib/sdk", "lib/data", "runner", "storage", "app", "prisma"] },
  // What tests of any room may use: a real PostgreSQL, a real store, a whole Lathe.
  "bin/testing": { may: ["bin", "storage", "lib/domain"] },
  e2e: { may: ["lib/sdk", "lib/protocol", "lib/domain", "bin/testing"] },
  // A benchmark of the whole measures a whole Lathe, started as tests start it.
  bench: { may: ["bin/testing", "lib/sdk", "lib/protocol", "lib/domain", "lib/engine", "lib/nn"] },
  prisma: { may: [] },
};

export const packageRooms = {
  "onnxruntime-node": ["lib/engine"],
  "@prisma/client": ["lib/data", "prisma"],
  "@prisma/adapter-pg": ["lib/data", "bin"],
  // Journeys use it as a user does, against what Lathe gives out.
  "@aws-sdk/client-s3": ["storage", "e2e"],
  "@tensorflow/tfjs-core": ["lib/nn", "lib/engine", "runner", "bench"],
  "@tensorflow/tfjs-backend-wasm": ["lib/engine"],
  "@tensorflow/tfjs-converter": ["lib/engine"],
  "@tensorflow/tfjs-data": ["lib/engine"],
  "@tensorflow/tfjs-layers": ["lib/nn", "lib/engine", "runner", "bench"],
};

const names = Object.keys(rooms).sort((a, b) => b.length - a.length);

export function roomOf(relativePath) {
  return names.find((name) => relativePath === name || relativePath.startsWith(`${name}/`));
}
