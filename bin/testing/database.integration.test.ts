import pg from "pg";
import { describe, expect, it } from "vitest";
import { createTestDatabase } from "./database";

describe("createTestDatabase", () => {
  it("gives migrated databases that do not see each other and go even while in use", async () => {
    const [one, two] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    const first = new pg.Client({ connectionString: one.url });
    const second = new pg.Client({ connectionString: two.url });
    await Promise.all([first.connect(), second.connect()]);
    await first.query(`INSERT INTO workspace (id, slug, name) VALUES ('w', 'w', 'W')`);
    expect((await second.query("SELECT id FROM workspace")).rows).toEqual([]);
    await second.end();
    await two.drop();

    const ended = new Promise((resolve) => first.on("error", resolve));
    await one.drop();
    await ended;
  });
});
