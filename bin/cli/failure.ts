/** The call's words are off: exit 2. */
export class UsageError extends Error {}

/** The answer has been printed and it is a bad one: exit 1 with this one line. */
export class CommandFailed extends Error {}
