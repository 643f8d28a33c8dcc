import { MemoryStore } from "./memory-store";
import { objectStoreContract } from "./object-store.contract";

objectStoreContract("MemoryStore", async () => ({ store: new MemoryStore(), close: async () => {} }));
