/** Why a one-time link did not sign anybody in; `?error=` of the sign-in page. */
export const linkProblems = ["link_used", "link_expired", "link_invalid"] as const;
export type LinkProblem = (typeof linkProblems)[number];
