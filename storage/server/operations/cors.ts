import type { IncomingMessage } from "node:http";
import type { CorsRule } from "../entries";
import { S3Error } from "../errors";
import type { StoreFolder } from "../disk/store";
import { parseXml, xmlDocument, xmlElement, xmlList, xmlText, type XmlNode } from "../xml";
import type { AtBucket, Operation } from "./context";
import { receiveXml } from "./intake";

const maxRules = 100;
const headerName = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const methods = ["GET", "PUT", "POST", "DELETE", "HEAD"];

export const getBucketCors: Operation<AtBucket> = ({ store }, _request, { bucket }) => {
  const { cors } = store.bucket(bucket);
  if (!cors) throw new S3Error("NoSuchCORSConfiguration");
  return {
    status: 200,
    body: xmlDocument("CORSConfiguration", {
      CORSRule: cors.map((rule) => ({
        ID: rule.id,
        AllowedHeader: rule.headers,
        AllowedMethod: rule.methods,
        AllowedOrigin: rule.origins,
        ExposeHeader: rule.expose,
        MaxAgeSeconds: rule.maxAgeSeconds,
      })),
    }),
  };
};

export const putBucketCors: Operation<AtBucket> = async ({ store }, request, { bucket }) => {
  store.bucket(bucket);
  const rules = xmlList(parseXml(await receiveXml(request), "CORSConfiguration").CORSRule).map(ruleOf);
  if (rules.length === 0 || rules.length > maxRules) throw new S3Error("MalformedXML", `Give 1 to ${maxRules} rules.`);
  await store.commit({ op: "config", bucket, name: "cors", value: rules });
  return { status: 200 };
};

export const deleteBucketCors: Operation<AtBucket> = async ({ store }, _request, { bucket }) => {
  store.bucket(bucket);
  await store.commit({ op: "config", bucket, name: "cors", value: null });
  return { status: 204 };
};

function ruleOf(node: XmlNode): CorsRule {
  const element = xmlElement(node);
  const texts = (name: string) => xmlList(element[name]).map((one) => xmlText(one)!.trim());
  const rule: CorsRule = {
    id: xmlText(element.ID),
    origins: texts("AllowedOrigin"),
    methods: texts("AllowedMethod"),
    headers: texts("AllowedHeader"),
    expose: texts("ExposeHeader"),
  };
  const maxAge = xmlText(element.MaxAgeSeconds)?.trim();
  if (maxAge !== undefined && !/^-?\d{1,9}$/.test(maxAge)) throw new S3Error("MalformedXML", "MaxAgeSeconds must be a number.");
  if (maxAge !== undefined) rule.maxAgeSeconds = Number(maxAge);
  if (rule.origins.length === 0 || rule.methods.length === 0) throw new S3Error("MalformedXML", "A rule needs an AllowedOrigin and an AllowedMethod.");
  const wrong = rule.methods.find((method) => !methods.includes(method));
  if (wrong !== undefined) throw new S3Error("InvalidRequest", `The method ${wrong} cannot be allowed; only ${methods.join(", ")} can.`);
  if ([...rule.origins, ...rule.headers].some((text) => text.split("*").length > 2)) throw new S3Error("InvalidRequest", "An origin or header may hold one * only.");
  if (rule.expose.some((name) => !headerName.test(name))) throw new S3Error("InvalidRequest", "An ExposeHeader must be a header's name.");
  if (rule.headers.some((name) => !headerName.test(name.replace("*", "")) && name !== "*")) throw new S3Error("InvalidRequest", "An AllowedHeader must be a header's name, with one * at most.");
  return rule;
}

/** What a page of an allowed origin may read of any answer. */
const exposed = ["ETag", "Content-Range", "Accept-Ranges", "Content-Disposition", "x-amz-request-id", "x-amz-checksum-crc32", "x-amz-checksum-sha256"];

/** The rules for a bucket: its own, then the server's, which let Lathe's pages put and get. */
function rulesFor(store: StoreFolder, bucket: string | null, serverOrigins: readonly string[]): CorsRule[] {
  const own = (bucket && store.catalogue.buckets.get(bucket)?.cors) || [];
  return serverOrigins.length === 0 ? own : [...own, { origins: [...serverOrigins], methods, headers: ["*"], expose: exposed, maxAgeSeconds: 3600 }];
}

/** Headers that let the page which asked read the answer; none without an origin or a rule. */
export function corsHeaders(store: StoreFolder, bucket: string | null, serverOrigins: readonly string[], message: IncomingMessage): Record<string, string> {
  const { origin } = message.headers;
  const rules = rulesFor(store, bucket, serverOrigins);
  if (rules.length === 0) return {};
  const vary = { vary: "Origin" };
  if (!origin) return vary;
  const rule = rules.find((one) => allowsOrigin(one, origin) && one.methods.includes(message.method ?? ""));
  if (!rule) return vary;
  return { ...vary, "access-control-allow-origin": allowed(rule, origin), ...(rule.expose.length > 0 ? { "access-control-expose-headers": rule.expose.join(", ") } : {}) };
}

/** Answers a preflight, which nobody signs. @throws S3Error AccessForbidden */
export function preflight(store: StoreFolder, bucket: string | null, serverOrigins: readonly string[], message: IncomingMessage): Record<string, string> {
  const { origin } = message.headers;
  const method = message.headers["access-control-request-method"];
  if (!origin) throw new S3Error("BadRequest", "Insufficient information. Origin request header needed.");
  if (!method || !methods.includes(method)) throw new S3Error("BadRequest", `Invalid Access-Control-Request-Method: ${method ?? "null"}`);
  const asked = (message.headers["access-control-request-headers"] ?? "").split(",").map((name) => name.trim().toLowerCase()).filter(Boolean);
  const wrong = asked.find((name) => !headerName.test(name));
  if (wrong !== undefined) throw new S3Error("BadRequest", `Access-Control-Request-Headers holds what is no header's name: ${wrong}`);
  const rule = rulesFor(store, bucket, serverOrigins).find(
    (one) =>
      allowsOrigin(one, origin) &&
      one.methods.includes(method) &&
      asked.every((name) => one.headers.some((pattern) => matches(pattern.toLowerCase(), name))),
  );
  if (!rule) throw new S3Error("AccessForbidden", refusal(store, bucket), {}, { elements: { Method: method, ResourceType: "BUCKET" } });
  return {
    vary: "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
    "access-control-allow-origin": allowed(rule, origin),
    "access-control-allow-methods": rule.methods.join(", "),
    ...(asked.length > 0 ? { "access-control-allow-headers": asked.join(", ") } : {}),
    ...(rule.expose.length > 0 ? { "access-control-expose-headers": rule.expose.join(", ") } : {}),
    ...(rule.maxAgeSeconds === undefined ? {} : { "access-control-max-age": String(rule.maxAgeSeconds) }),
  };
}

function refusal(store: StoreFolder, bucket: string | null): string {
  const place = bucket === null ? undefined : store.catalogue.buckets.get(bucket);
  if (!place) return "CORSResponse: Bucket not found";
  if (!place.cors) return "CORSResponse: CORS is not enabled for this bucket.";
  return "CORSResponse: This CORS request is not allowed: no rule of the bucket has this origin, method and headers.";
}

function allowsOrigin(rule: CorsRule, origin: string): boolean {
  return rule.origins.some((pattern) => matches(pattern, origin));
}

function allowed(rule: CorsRule, origin: string): string {
  return rule.origins.includes("*") ? "*" : origin;
}

function matches(pattern: string, text: string): boolean {
  const star = pattern.indexOf("*");
  if (star < 0) return pattern === text;
  const [head, tail] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return text.length >= head.length + tail.length && text.startsWith(head) && text.endsWith(tail);
}
