import { expect } from "vitest";
import { objectStoreContract } from "./object-store.contract";
import { startTestStore } from "./testing/test-store";

objectStoreContract("S3Store on the embedded server", async () => {
  const server = await startTestStore();
  const store = server.client();
  return {
    store,
    close: async () => {
      store.close();
      expect(server.lines).toEqual([]);
      await server.remove();
    },
  };
});
