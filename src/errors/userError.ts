/**
 * The errors a caller can foresee. Each is a member of a mutation's result union; anything else that is thrown
 * is a bug or an outage, and reaches the client as a top-level error that leaks nothing.
 */
export abstract class UserError extends Error {
  /** The reason, for programs; each class has its own. */
  static readonly code: string;

  get code(): string {
    return (this.constructor as typeof UserError).code;
  }
}
