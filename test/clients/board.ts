/** What the programs of this folder have in common: each runs the board with one client library and one subscription. */

/** A board that follows the feed. */
export type Board = {
  /** The cards as the cache of the client has them, newest first, without another request. */
  cards(): unknown[];
  close(): void;
};

export type BoardOptions = {
  pageSize: number;
  /** Gets the error that ends the subscription. After CURSOR_EXPIRED, the board must be run anew. */
  onError(error: unknown): void;
};

/** Reads the board and follows it from then on. @param url the server's, without a path */
export type RunBoard = (
  url: string,
  token: string,
  organizationSlug: string,
  options: BoardOptions,
) => Promise<Board>;

/** The session that a change took its pull request from. `payload` is that of a PR_SESSION_CHANGED, or of another change. */
export const takenFrom = (payload: unknown): string | null =>
  (payload as { from?: string | null }).from ?? null;
