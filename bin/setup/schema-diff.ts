import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlQuery,
  type SqlResultSet,
} from "@prisma/driver-adapter-utils";
import { type DiffTarget, SchemaEngine, __wbg_set_wasm as setWasm } from "@prisma/schema-engine-wasm/schema_engine_bg";
import * as glue from "@prisma/schema-engine-wasm/schema_engine_bg";

/** The engine's wasm needs its start function called once a process before anything else. */
async function loadEngine(): Promise<void> {
  const require = createRequire(import.meta.url);
  const folder = path.dirname(require.resolve("@prisma/schema-engine-wasm"));
  const bytes = await readFile(path.join(folder, "schema_engine_bg.wasm"));
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: {
      set_message(message: string) {
        throw new Error(`The schema engine panicked: ${message}`);
      },
    },
  });
  const { instance } = await WebAssembly.instantiate(bytes, { "./schema_engine_bg.js": { ...glue } });
  setWasm(instance.exports);
  (instance.exports as { __wbindgen_start(): void }).__wbindgen_start();
}

/** Comparing two schemas needs no database, but the engine asks which one it would talk to before it starts. */
class VersionOnlyAdapter implements SqlDriverAdapter {
  readonly adapterName = "@prisma/adapter-pg";
  readonly provider = "postgres";

  async queryRaw(query: SqlQuery): Promise<SqlResultSet> {
    if (!query.sql.includes("server_version_num")) throw new Error(`No database to ask: ${query.sql}`);
    return {
      columnNames: ["exists", "version", "numeric_version"],
      columnTypes: [ColumnTypeEnum.Boolean, ColumnTypeEnum.Text, ColumnTypeEnum.Int32],
      rows: [[true, "PostgreSQL 13.0", 130_000]],
    };
  }

  getConnectionInfo() {
    return { schemaName: "public", supportsRelationJoins: true };
  }

  async dispose(): Promise<void> {}

  executeRaw = noDatabase;
  executeScript = noDatabase;
  startTransaction = noDatabase;
}

async function noDatabase(): Promise<never> {
  throw new Error("Comparing two schemas must not reach for a database.");
}

/**
 * The SQL that leads a PostgreSQL database from one Prisma schema to another, without a database and offline.
 * @param from the schema the database has now, or null for an empty database
 * @param to the schema it should have
 * @returns the script; empty when both say the same
 */
export async function schemaDiff(from: string | null, to: string): Promise<string> {
  await loadEngine();
  const factory = bindMigrationAwareSqlAdapterFactory({
    adapterName: "@prisma/adapter-pg",
    provider: "postgres",
    connect: async () => new VersionOnlyAdapter(),
    connectToShadowDb: async () => new VersionOnlyAdapter(),
  });
  const engine = await SchemaEngine.new({ datamodels: [["schema.prisma", to]] }, () => {}, factory);
  try {
    const schema = (content: string): DiffTarget => ({
      tag: "schemaDatamodel",
      files: [{ path: "schema.prisma", content }],
    });
    const result = await engine.diff({
      from: from === null ? { tag: "empty" } : schema(from),
      to: schema(to),
      script: true,
      exitCode: true,
      filters: { externalTables: [], externalEnums: [] },
    });
    return result.exitCode === 0 ? "" : (result.stdout ?? "");
  } finally {
    engine.free();
  }
}
