import { z } from "zod";
import { duplicateKinds, reviewStates } from "#lib/domain/dataset";
import { page, pageQuery, timeMs } from "./common";
import { split, versionParams } from "./datasets";
import { operation } from "./operation";

/** One line of text; a control character or half a surrogate pair is nobody's label, and PostgreSQL takes neither. */
export const labelText = z.string().trim().min(1).max(255).refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), "use a label without control characters");
const index = z.number().int().min(0).max(2 ** 31 - 1);
const share = z.number().min(0).max(1);
export const box = z.object({ label: labelText, left: share, top: share, right: share, bottom: share });

export const sample = z.object({
  index: z.number().int(),
  key: z.string(),
  label: z.string().nullable(),
  split: split.nullable(),
  sha256: z.string(),
  sizeBytes: z.number(),
  width: z.number().int(),
  height: z.number().int(),
  boxes: z.array(box),
  state: z.enum(reviewStates),
  /** left out when the draft is frozen */
  dropped: z.boolean(),
  labelledBy: z.string().nullable(),
  labelledAtMs: timeMs.nullable(),
  revision: z.number().int(),
  /** by a model, not yet confirmed by anybody; probability in [0, 1] */
  suggestion: z.object({ label: z.string(), probability: z.number() }).nullable(),
  group: z.number().int().nullable(),
  url: z.string(),
  thumbnailUrl: z.string(),
});
export type Sample = z.infer<typeof sample>;

/** What labelling changes of a sample; its addresses and its bytes' facts stay. */
export const sampleFacts = sample.pick({
  index: true, label: true, split: true, boxes: true, state: true, dropped: true, labelledBy: true, labelledAtMs: true, revision: true, suggestion: true,
});
export type SampleFacts = z.infer<typeof sampleFacts>;

/** Which samples: of all conditions given, all hold. */
export const sampleFilter = {
  label: z.string().max(1024).optional(),
  split: split.optional(),
  search: z.string().max(200).optional(),
  state: z.enum(reviewStates).optional(),
  /** a finding's code */
  finding: z.string().max(64).optional(),
  group: z.coerce.number().int().optional(),
  /** a suggestion that says otherwise than the label */
  disagreeing: z.enum(["true"]).optional(),
  /** a suggestion that nobody has confirmed: the sample has no label yet */
  suggested: z.enum(["true"]).optional(),
  /** of the suggestion, in [0, 1] */
  minProbability: z.coerce.number().min(0).max(1).optional(),
  /** left out: only those that are not dropped */
  dropped: z.enum(["true", "any"]).optional(),
};

export const sampleOrders = ["index", "unsure"] as const;

/** What is set; what is left out stays. */
export const sampleChange = z.object({
  index,
  /** the revision that the person saw: another one and the change is answered as a conflict */
  revision: index,
  label: labelText.nullable().optional(),
  state: z.enum(reviewStates).optional(),
  dropped: z.boolean().optional(),
  boxes: z.array(box).max(1000).optional(),
});
export type SampleChange = z.infer<typeof sampleChange>;

export const duplicateGroup = z.object({
  group: z.number().int(), kind: z.enum(duplicateKinds), size: z.number().int(), conflicting: z.boolean(), keptApart: z.boolean(),
  /** at most twelve of them */
  samples: z.array(sample),
});
export type DuplicateGroup = z.infer<typeof duplicateGroup>;

export const sampleOperations = {
  "sample.list": operation({
    method: "GET", path: "/datasets/{dataset}/versions/{version}/samples", role: "viewer", summary: "Samples in manifest order, or the least sure suggestions first",
    params: versionParams, query: z.object({ ...pageQuery, ...sampleFilter, order: z.enum(sampleOrders).optional() }), response: page(sample),
  }),
  "sample.count": operation({
    method: "GET", path: "/datasets/{dataset}/versions/{version}/samples/count", role: "viewer", summary: "How many samples a filter lets through, by review state",
    params: versionParams, query: z.object(sampleFilter),
    response: z.object({ unlabelled: z.number().int(), labelled: z.number().int(), toReview: z.number().int(), accepted: z.number().int() }),
  }),
  "duplicate.list": operation({
    method: "GET", path: "/datasets/{dataset}/versions/{version}/duplicates", role: "viewer", summary: "Groups of pictures that are the same or nearly so",
    params: versionParams,
    query: z.object({ ...pageQuery, kind: z.enum(duplicateKinds).optional(), conflicting: z.enum(["true"]).optional() }), response: page(duplicateGroup),
  }),
};

export const labellingOperations = {
  "sample.change": operation({
    method: "POST", path: "/datasets/{dataset}/versions/{version}/samples", role: "editor",
    summary: "Change samples of a draft, each by itself: what somebody else changed meanwhile is answered as it now is, and left",
    params: versionParams, body: z.object({ changes: z.array(sampleChange).min(1).max(1000) }),
    response: z.object({ changed: z.array(sample), conflicts: z.array(sample), draftRevision: z.number().int() }),
  }),
  "sample.change-all": operation({
    method: "POST", path: "/datasets/{dataset}/versions/{version}/samples/all", role: "editor", summary: "Change every sample of a draft that a filter lets through",
    params: versionParams,
    body: z.object({
      where: z.object({ ...sampleFilter, group: index.optional(), minProbability: z.number().min(0).max(1).optional() }),
      label: labelText.nullable().optional(), dropped: z.boolean().optional(), state: z.enum(reviewStates).optional(),
      /** give each sample without a label the one suggested for it */
      acceptSuggestions: z.literal(true).optional(),
    }),
    response: z.object({ changed: z.number().int(), draftRevision: z.number().int() }),
  }),
  "label.add": operation({
    method: "POST", path: "/datasets/{dataset}/versions/{version}/labels", role: "editor", summary: "Add a label to a draft, before any picture has it",
    params: versionParams, body: z.object({ label: labelText }), response: z.object({ draftRevision: z.number().int() }),
  }),
  "label.rename": operation({
    method: "POST", path: "/datasets/{dataset}/versions/{version}/labels/rename", role: "editor",
    summary: "Rename a label of a draft, or fold it into another", params: versionParams,
    body: z.object({ label: z.string().min(1).max(1024), to: labelText }), response: z.object({ changed: z.number().int(), draftRevision: z.number().int() }),
  }),
  "pre-label.start": operation({
    method: "POST", path: "/datasets/{dataset}/versions/{version}/pre-label", role: "editor",
    summary: "Have a model suggest labels for a draft's pictures that have none; they wait to be confirmed",
    params: versionParams,
    /** model: NAME@V */
    body: z.object({ model: z.string().min(1).max(80) }), response: z.object({ job: z.string() }),
  }),
};

export const decisionOperations = {
  "duplicate.decide": operation({
    method: "POST", path: "/datasets/{dataset}/versions/{version}/duplicates/{group}", role: "editor",
    summary: "Of a draft's group: drop all but one, give all the same label, keep them as different pictures, or take that back",
    params: versionParams.extend({ group: z.coerce.number().int() }),
    body: z.discriminatedUnion("decision", [
      z.object({ decision: z.literal("drop"), keep: z.number().int() }),
      z.object({ decision: z.literal("merge"), label: labelText }),
      z.object({ decision: z.literal("keep") }),
      z.object({ decision: z.literal("together") }),
    ]),
    response: z.object({ changed: z.number().int(), draftRevision: z.number().int() }),
  }),
};
