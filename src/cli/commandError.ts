/** An error whose message is printed without a stack. */
export class CommandError extends Error {}
