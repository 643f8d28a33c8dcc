import { errorBody } from "#lib/protocol/common";
import { ApiError } from "#lib/sdk/client";
import { signInPath } from "./paths";

/** better-auth's own routes; they are not part of /api/v1, and answer errors as `{code, message}`. */
async function post(path: string, body: unknown): Promise<void> {
  let response: Response;
  try {
    response = await fetch(`/api/auth/${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  } catch (error) {
    throw new ApiError("server_unreachable", "The server does not answer.", "Check that Lathe is running, then try again.", 0, { cause: error });
  }
  if (response.ok) return;
  const answer: unknown = await response.json().catch(() => null); // a proxy's error page is not JSON; the status still speaks
  const ours = errorBody.safeParse(answer);
  if (ours.success) {
    const { code, message, nextStep } = ours.data.error;
    throw new ApiError(code, message, nextStep, response.status);
  }
  const code = typeof answer === "object" && answer !== null && "code" in answer ? String(answer.code) : "";
  const known = problems[code] ?? (response.status === 401 ? problems.INVALID_EMAIL_OR_PASSWORD : undefined);
  if (known) throw new ApiError(...known, response.status);
  throw new ApiError("unexpected_answer", `The server answered ${response.status}.`, "Look at web's log.", response.status);
}

const problems: Record<string, [code: string, message: string, nextStep: string]> = {
  INVALID_EMAIL_OR_PASSWORD: ["wrong_credentials", "The e-mail address or the password is wrong.", "Check both and try again."],
  INVALID_PASSWORD: ["wrong_password", "The present password is wrong.", "Check it and try again."],
  PASSWORD_ALREADY_SET: ["password_set_already", "You have a password already.", "Write the present password, too."],
  PASSWORD_TOO_SHORT: ["password_too_short", "The new password is too short.", "Use at least 8 characters."],
  CREDENTIAL_ACCOUNT_NOT_FOUND: ["no_password_yet", "You have no password yet.", "Leave the present password empty."],
};

/** @throws ApiError `wrong_credentials`, `too_many_attempts`, `server_unreachable` */
export function signIn(email: string, password: string): Promise<void> {
  return post("sign-in/email", { email, password, rememberMe: true });
}

/**
 * @param present "" for a person who came in by a link and has none yet
 * @throws ApiError `wrong_password`, `password_set_already`, `password_too_short`, `no_password_yet`
 */
export function changePassword(present: string, next: string): Promise<void> {
  return present === "" ? post("set-password", { newPassword: next }) : post("change-password", { currentPassword: present, newPassword: next });
}

/** Ends the session and leaves for sign-in, also when the server has forgotten the session already. */
export async function signOut(): Promise<void> {
  await post("sign-out", {}).finally(() => window.location.assign(signInPath()));
}
