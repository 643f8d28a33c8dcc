import { createEndpointDeployment, createReadyDataset } from "./fill";
import type { Person, TestWeb } from "./web";

/** Of everything one, with fixed names, so that a test can ask for it by route. */
export async function fillWorkspace(lathe: TestWeb, owner: Person): Promise<void> {
  const { db, store } = lathe.web.services;
  const { workspaceId } = owner;
  await owner.client.call("bucket.create", { bucket: "acme-routes" });
  await store.put("acme-routes", "food/cake/1.jpg", "not a picture");

  await createReadyDataset(db, { workspaceId, name: "food", labels: { cake: 5, tea: 5 } });
  await createReadyDataset(db, { workspaceId, name: "one-label", labels: { cake: 9 } });
  await createReadyDataset(db, { workspaceId, name: "two-pictures", labels: { cake: 9, tea: 2 } });
  await db.dataset.create({
    data: { id: "dst_unready", workspaceId, name: "unready", versions: { create: { id: "dsv_unready", version: 1, status: "importing", bucket: "acme-routes", prefix: "" } } },
  });
  await db.job.create({
    data: {
      id: "job_acme", workspaceId, kind: "auto-learn", name: "dishes", status: "succeeded", stopReason: "completed", attempt: 1, params: {},
      result: { model: "dishes@1", dataset: null, metrics: { accuracy: 0.9 } },
      events: {
        create: [1, 2, 3].map((seq) => ({ attempt: 1, seq, kind: "log", atMs: BigInt(seq), body: { kind: "log", level: "info", text: `line ${seq}` } })),
      },
    },
  });
  await store.put("lathe-internal", `workspaces/${workspaceId}/model-versions/mdv_acme/files/weights.bin`, "weights");
  await createEndpointDeployment(db, { workspaceId, endpoint: "dishes", model: "dishes", modelVersionId: "mdv_acme", runnerId: null, status: "starting" });
}
