import type { IncomingMessage } from "node:http";
import type { AccessKey } from "../auth/access-keys";
import type { Keyring } from "../auth/authenticate";
import { authenticateForm, checkPolicy } from "../auth/post-policy";
import { boundaryOf, readFormData, type FormData } from "../body/form-data";
import { S3Error } from "../errors";
import { maxBodyBytes, maxKeyBytes, S3Request, type Answer, type Target } from "../request";
import { xmlDocument } from "../xml";
import type { Context } from "./context";
import { putObject } from "./objects";
import { parseTagging } from "./tags";
import { refuseUnsupported } from "./words";

export type PostForm = { key: AccessKey; fields: ReadonlyMap<string, string>; file: FormData["file"] };

/**
 * A browser's form up to its file, signed and allowed by its policy.
 * @throws S3Error AccessDenied and whatever else is wrong, before a byte of the file is kept
 */
export async function readPostForm(message: IncomingMessage, source: AsyncIterable<Buffer>, keyring: Keyring, bucket: string, nowMs: number): Promise<PostForm> {
  const boundary = boundaryOf(message.headers["content-type"]);
  const length = message.headers["content-length"];
  if (length === undefined || !/^\d{1,15}$/.test(length)) throw new S3Error("MissingContentLength");
  if (Number(length) > maxBodyBytes) throw new S3Error("EntityTooLarge");
  const { fields, file } = await readFormData(source, boundary, Number(length));
  const { key, policy } = authenticateForm(fields, keyring);
  const named = fields.get("key");
  if (!named) throw new S3Error("InvalidArgument", "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.");
  fields.set("key", named.replaceAll("${filename}", () => file.name));
  fields.set("bucket", bucket);
  checkPolicy(policy, fields, file.sizeBytes, nowMs);
  return { key, fields, file };
}

/** Fields that are no headers of the object. */
const ofTheForm = new Set(["key", "bucket", "policy", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature", "success_action_status", "success_action_redirect", "redirect"]);

/** @param check throws when the key may no longer do this */
export async function postObject(context: Context, message: IncomingMessage, target: Target, form: PostForm, check: () => void): Promise<Answer> {
  const { fields, file } = form;
  const bucket = target.bucket!;
  const key = fields.get("key")!;
  if (Buffer.byteLength(key) > maxKeyBytes) throw new S3Error("KeyTooLongError");
  const headers = new Map<string, string>([["content-length", String(file.sizeBytes)]]);
  if (file.contentType !== undefined && !fields.has("content-type")) headers.set("content-type", file.contentType);
  for (const [name, value] of fields) {
    if (ofTheForm.has(name) || name.startsWith("x-ignore-")) continue;
    if (/[^\t\x20-\x7e\x80-\uffff]/.test(value)) throw new S3Error("InvalidArgument", `The field ${name} holds characters that no header can hold.`);
    if (name === "tagging") headers.set("x-amz-tagging", parseTagging(value, "object").map(({ key: tag, value: text }) => `${encodeURIComponent(tag)}=${encodeURIComponent(text)}`).join("&"));
    else headers.set(name === "acl" ? "x-amz-acl" : name, value);
  }
  const request = new S3Request(message, { ...target, key }, { key: form.key, presigned: false, payload: { kind: "unsigned" } }, watched(file.bytes, check), headers);
  refuseUnsupported(request);
  const put = await putObject(context, request, { bucket, key });
  const etag = put.headers!.etag!;
  const location = `${originOf(message)}/${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`;
  const redirect = redirection(fields.get("success_action_redirect") ?? fields.get("redirect"), { bucket, key, etag });
  if (redirect !== null) return { status: 303, headers: { ...put.headers, location: redirect } };
  const status = fields.get("success_action_status");
  if (status === "201") return { status: 201, headers: { ...put.headers, location }, body: xmlDocument("PostResponse", { Location: location, Bucket: bucket, Key: key, ETag: etag }) };
  return { status: status === "200" ? 200 : 204, headers: { ...put.headers, location } };
}

/** As the client called us. */
function originOf(message: IncomingMessage): string {
  return `http://${message.headers.host ?? "localhost"}`;
}

/** An address that cannot be read is as good as none, as on S3. */
function redirection(to: string | undefined, facts: Record<string, string>): string | null {
  if (!to || !URL.canParse(to)) return null;
  const url = new URL(to);
  if (url.protocol !== "http:" && url.protocol !== "https:") return null;
  for (const [name, value] of Object.entries(facts)) url.searchParams.append(name, value);
  return url.toString();
}

async function* watched(source: AsyncIterable<Buffer>, check: () => void): AsyncGenerator<Buffer> {
  for await (const bytes of source) {
    check();
    yield bytes;
  }
  check();
}
