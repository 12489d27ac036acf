/** The part of the runtime that creates and removes checkouts: directories in which sessions work on a repository. */

/** The checkout of an execution workspace. */
export type Checkout = {
  /** The id of the execution workspace. */
  id: string;
  organizationId: string;
  name: string;
  /** Relative to the directory in which the runtime keeps its workspaces. */
  path: string;
  branch: string | null;
  /** Null for the default branch of the repository. */
  baseRef: string | null;
  project: { slug: string; repoUrl: string | null };
};

/** A checkout that the runtime created, by the reference that it returned. */
export type CreatedCheckout = Omit<Checkout, 'path'> & { checkoutRef: string };

export type CheckoutState =
  | 'MISSING'
  /** That is a fact, not a failure: there are no branches to save its files to. */
  | 'NOT_A_REPOSITORY'
  | {
      /** The commit that is checked out; null before the first commit. */
      headSha: string | null;
      /** Whether tracked files differ from it, or untracked files exist that are not ignored. */
      isDirty: boolean;
      /** Whether the base has all its commits. */
      isMerged: boolean;
    };

/**
 * Each call ends within the runtime's own time limit, or soon after its signal is aborted. Each can be repeated.
 * @throws RuntimeError
 */
export type Checkouts = {
  /** Creates the checkout unless it exists, and returns a reference to it. */
  create(checkout: Checkout, signal?: AbortSignal): Promise<{ checkoutRef: string; output: string }>;
  inspect(checkout: CreatedCheckout, signal?: AbortSignal): Promise<CheckoutState>;
  /** Commits uncommitted work to a branch, and leaves nothing uncommitted. No-op when nothing is. */
  save(checkout: CreatedCheckout, branch: string, signal?: AbortSignal): Promise<{ output: string }>;
  /** Removes the checkout. Fails while it has uncommitted work. No-op when it is gone. Branches stay. */
  remove(checkout: CreatedCheckout, signal?: AbortSignal): Promise<{ output: string }>;
};
