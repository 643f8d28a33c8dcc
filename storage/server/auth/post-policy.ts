import { S3Error } from "../errors";
import type { AccessKey } from "./access-keys";
import { scopeOf, type Keyring } from "./authenticate";
import { parseTime, sameSignature, sign, signingKey } from "./signature";

type Condition =
  | { operator: "eq" | "starts-with"; field: string; value: string }
  | { operator: "content-length-range"; minBytes: number; maxBytes: number };

export type PostPolicy = { expiresAtMs: number; conditions: Condition[] };

const authFields = ["policy", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature"] as const;

/**
 * The key that signed a form's policy.
 * @param fields by name in lower case
 * @throws S3Error AccessDenied for a form without a signature, and what else a signature may lack
 */
export function authenticateForm(fields: ReadonlyMap<string, string>, keyring: Keyring): { key: AccessKey; policy: PostPolicy } {
  if (fields.has("signature") && fields.has("awsaccesskeyid")) throw new S3Error("InvalidRequest", "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.");
  if (!authFields.some((name) => fields.has(name))) throw new S3Error("AccessDenied");
  const need = (name: (typeof authFields)[number]) => {
    const value = fields.get(name);
    if (!value) throw new S3Error("InvalidArgument", `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`, {}, { elements: { ArgumentName: name, ArgumentValue: "" } });
    return value;
  };
  const [policy, algorithm, credential, time, signature] = authFields.map(need) as [string, string, string, string, string];
  if (algorithm !== "AWS4-HMAC-SHA256") throw new S3Error("InvalidArgument", "Only AWS4-HMAC-SHA256 is supported", {}, { elements: { ArgumentName: "X-Amz-Algorithm", ArgumentValue: algorithm } });
  if (parseTime(time) === null) throw new S3Error("InvalidArgument", "X-Amz-Date must be formated via ISO8601 Long format", {}, { elements: { ArgumentName: "X-Amz-Date", ArgumentValue: time } });
  const { key, scope } = scopeOf(credential, time, keyring, "AuthorizationQueryParametersError");
  if (!sameSignature(sign(signingKey(key.secretAccessKey, scope), policy), signature)) throw new S3Error("SignatureDoesNotMatch", undefined, {}, { elements: { AWSAccessKeyId: key.accessKeyId } });
  return { key, policy: parsePolicy(Buffer.from(policy, "base64").toString("utf8")) };
}

/** @throws S3Error InvalidPolicyDocument */
export function parsePolicy(text: string): PostPolicy {
  const invalid = (what: string) => new S3Error("InvalidPolicyDocument", `Invalid Policy: ${what}`);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw invalid("Invalid JSON.");
  }
  if (typeof document !== "object" || document === null || Array.isArray(document)) throw invalid("Invalid JSON.");
  const { expiration, conditions } = document as Record<string, unknown>;
  if (expiration === undefined) throw invalid("Policy missing expiration.");
  const expiresAtMs = typeof expiration === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(expiration) ? Date.parse(expiration) : Number.NaN;
  if (Number.isNaN(expiresAtMs)) throw invalid(`Invalid 'expiration' value: '${String(expiration).slice(0, 100)}'`);
  if (!Array.isArray(conditions)) throw invalid(conditions === undefined ? "Policy missing conditions." : "Invalid 'conditions' value: must be a List.");
  return { expiresAtMs, conditions: conditions.flatMap((one) => conditionsOf(one, invalid)) };
}

function conditionsOf(one: unknown, invalid: (what: string) => S3Error): Condition[] {
  if (Array.isArray(one)) {
    const [operator, first, second] = one as unknown[];
    const name = typeof operator === "string" ? operator.toLowerCase() : "";
    if (one.length !== 3) throw invalid("Invalid Condition: wrong number of arguments.");
    if (name === "content-length-range") {
      const [minBytes, maxBytes] = [Number(first), Number(second)];
      if (!Number.isSafeInteger(minBytes) || !Number.isSafeInteger(maxBytes) || minBytes < 0) throw invalid("Invalid content-length-range: two numbers are expected.");
      return [{ operator: name, minBytes, maxBytes }];
    }
    if (name !== "eq" && name !== "starts-with") throw invalid(`Invalid Condition: unknown operation '${String(operator).slice(0, 40)}'.`);
    if (typeof first !== "string" || !first.startsWith("$") || typeof second !== "string") throw invalid("Invalid Condition: a field's name with $ and its value are expected.");
    return [{ operator: name, field: first.slice(1).toLowerCase(), value: second }];
  }
  if (typeof one !== "object" || one === null) throw invalid("Invalid Condition: must be a List or an Object.");
  const entries = Object.entries(one);
  if (entries.length !== 1) throw invalid("Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.");
  const [[field, value]] = entries as [[string, unknown]];
  if (typeof value !== "string") throw invalid("Invalid Simple-Condition: value must be a string.");
  return [{ operator: "eq", field: field.toLowerCase(), value }];
}

/** Fields that no policy need speak of. */
const exempt = new Set<string>(["policy", "x-amz-signature", "file"]);
/** As long as any signature may be used. */
const maxAgeMs = 7 * 24 * 3600 * 1000;

/**
 * Lets a form pass whose every field the policy allows.
 * @param fields by name in lower case, the key with its file's name in place, and the bucket it is posted to
 * @throws S3Error AccessDenied, EntityTooSmall, EntityTooLarge
 */
export function checkPolicy(policy: PostPolicy, fields: ReadonlyMap<string, string>, fileBytes: number, nowMs: number): void {
  const denied = (what: string) => new S3Error("AccessDenied", `Invalid according to Policy: ${what}`);
  const signedAtMs = parseTime(fields.get("x-amz-date") ?? "") ?? nowMs;
  if (policy.expiresAtMs <= nowMs || signedAtMs + maxAgeMs < nowMs) throw denied("Policy expired.");
  const spokenOf = new Set<string>();
  for (const condition of policy.conditions) {
    if (condition.operator === "content-length-range") {
      if (fileBytes < condition.minBytes) throw new S3Error("EntityTooSmall", undefined, {}, { elements: { ProposedSize: String(fileBytes), MinSizeAllowed: String(condition.minBytes) } });
      if (fileBytes > condition.maxBytes) throw new S3Error("EntityTooLarge", undefined, {}, { elements: { ProposedSize: String(fileBytes), MaxSizeAllowed: String(condition.maxBytes) } });
      continue;
    }
    const { operator, field, value } = condition;
    spokenOf.add(field);
    const given = fields.get(field);
    const holds = operator === "eq" ? given === value : value === "" || given?.startsWith(value) === true;
    if (!holds) throw denied(`Policy Condition failed: ${`[${[operator, `$${field}`, value].map((text) => JSON.stringify(text)).join(", ")}]`}`);
  }
  for (const name of fields.keys()) {
    if (!exempt.has(name) && !name.startsWith("x-ignore-") && !spokenOf.has(name)) throw denied(`Extra input fields: ${name}`);
  }
}
