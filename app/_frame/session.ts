import { ApiError } from "#lib/sdk/client";
import { signInPath } from "./paths";

/** better-auth's own routes; they are not part of /api/v1. */
async function post(path: string, body: unknown): Promise<void> {
  let response: Response;
  try {
    response = await fetch(`/api/auth/${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  } catch (error) {
    throw new ApiError("server_unreachable", "The server does not answer.", "Check that Lathe is running, then try again.", 0, { cause: error });
  }
  if (response.ok) return;
  const answer: unknown = await response.json().catch(() => null); // a proxy's error page is not JSON; the status still speaks
  const code = typeof answer === "object" && answer !== null && "code" in answer ? String(answer.code) : "";
  if (response.status === 429) throw new ApiError("too_many_attempts", "Too many attempts.", "Wait a minute, then try again.", 429);
  if (response.status === 401 || response.status === 400 || code === "INVALID_EMAIL_OR_PASSWORD") {
    throw new ApiError("wrong_credentials", "The e-mail address or the password is wrong.", "Check both and try again.", response.status);
  }
  throw new ApiError("unexpected_answer", `The server answered ${response.status}.`, "Look at web's log.", response.status);
}

/** @throws ApiError `wrong_credentials`, `too_many_attempts`, `server_unreachable` */
export function signIn(email: string, password: string): Promise<void> {
  return post("sign-in/email", { email, password, rememberMe: true });
}

/** Ends the session and leaves for sign-in, also when the server has forgotten the session already. */
export async function signOut(): Promise<void> {
  await post("sign-out", {}).finally(() => window.location.assign(signInPath()));
}
