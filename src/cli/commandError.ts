/** Said to the person at the terminal instead of thrown at them. */
export class CommandError extends Error {}
