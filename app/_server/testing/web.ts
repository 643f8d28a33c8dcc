import { randomBytes } from "node:crypto";
import { addMember } from "#lib/data/add-member";
import { createWorkspace } from "#lib/data/create-workspace";
import { ensureRunner } from "#lib/data/ensure-runner";
import type { Role } from "#lib/domain/role";
import { createClient, type Client } from "#lib/sdk/client";
import { readConfig, type Config } from "../config";
import { createApiKey } from "../create-api-key";
import { createLog } from "../log";
import { startWeb, type Web } from "../web";

export type Person = { userId: string; workspaceId: string; slug: string; token: string; client: Client };

export type TestWeb = {
  web: Web;
  url: string;
  databaseUrl: string;
  /** Somebody with an API key, in a workspace of that slug, which is made if need be. */
  person(options: { slug: string; role: Role }): Promise<Person>;
  runner(name: string): Promise<{ runnerId: string; token: string }>;
  close(): Promise<void>;
};

export type Grounds = { database: { url: string; drop(): Promise<void> }; store: Record<string, string>; config?: Partial<Config> };

/** The real server without pages, on a test's own database, which goes with it, and the test run's store. */
export async function startTestWeb({ database, store, config: overrides = {} }: Grounds): Promise<TestWeb> {
  const config = readConfig({ ...store, DATABASE_URL: database.url, LATHE_SECRET: randomBytes(24).toString("hex"), LATHE_API_ONLY: "1" });
  const web = await startWeb({ ...config, port: 0, ...overrides }, createLog(process.env.LATHE_TEST_LOG ?? "silent"));
  const { db, auth } = web.services;
  const workspaces = new Map<string, string>();

  async function person({ slug, role }: { slug: string; role: Role }): Promise<Person> {
    const email = `${role}-${randomBytes(4).toString("hex")}@example.org`;
    let workspaceId = workspaces.get(slug);
    if (!workspaceId) {
      const founder = await db.user.create({ data: { id: `usr_${randomBytes(8).toString("hex")}`, name: "Founder", email: `founder@${slug}.example.org` } });
      workspaceId = (await createWorkspace(db, { slug, name: slug, ownerId: founder.id })).id;
      workspaces.set(slug, workspaceId);
    }
    const { member } = await addMember(db, { workspaceId, email, name: email, role });
    const { key: token } = await createApiKey(auth, { userId: member.userId, workspaceId, name: "test", role });
    return { userId: member.userId, workspaceId, slug, token, client: createClient({ baseUrl: web.url, token }) };
  }

  return {
    web,
    url: web.url,
    databaseUrl: database.url,
    person,
    async runner(name) {
      const token = randomBytes(24).toString("hex");
      const { runnerId } = await ensureRunner(db, { name, token });
      return { runnerId, token };
    },
    async close() {
      await web.close();
      await database.drop();
    },
  };
}
