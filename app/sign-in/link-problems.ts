/** Why a one-time link did not sign anybody in; `?reason=` of the sign-in page. */
export const linkProblems = ["link-used"] as const;
export type LinkProblem = (typeof linkProblems)[number];
