/** Runs one act of a viewer in one transaction. */
import type { z } from 'zod';
import { currentViewer } from '../../auth/rights.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { Quotas } from '../../config/quotas.ts';
import type { Database, Tx } from '../../database/db.ts';
import type { JobQueue } from '../port/job.ts';
import type { PullRequestSource } from '../port/pullRequestSource.ts';
import type { Runtime } from '../port/runtime.ts';
import { type Once, recall, remember, repeat, reserve } from './idempotency.ts';

/** Who acts, in which request, and the ports that services act through. */
export type Act = {
  viewer: Viewer;
  requestId: string;
  db: Database;
  pullRequestSource: PullRequestSource;
  jobs: JobQueue;
  runtime: Runtime;
  quotas: Quotas;
  /** Set when the caller gave an idempotency key. */
  once?: Once;
};

/** What a service returns: ids, and few facts besides. A `secret` is shown once and never stored. */
export type ResultFields = Record<string, unknown> & { secret?: string | null };

export type ActResult<Result> = Result & {
  /** The request that made the changes. For a repetition, the request of the first call. */
  requestId: string;
  /** The feed's head before the changes. Known only for acts with an idempotency key. */
  position: number | null;
  /** Whether the act had happened before, under the same idempotency key. */
  isRepetition: boolean;
};

/** The steps of an act, in the order in which they run. Each later step receives what the earlier ones returned. */
export type Steps<Result extends ResultFields, Prepared, Locked> = Common<Result, Prepared, Locked> &
  (Locking<Prepared, Locked> | { queue?: undefined; lock?: undefined });

type Locking<Prepared, Locked> = {
  /**
   * The ids of the rows that `lock` waits for, or names of what else it locks. Acts that share one run one after another
   * in this process, and wait without a connection: otherwise the acts on one row would take all of them.
   */
  queue(prepared: Prepared): string[];
  /**
   * Locks the rows that the act depends on and returns them, in the order of docs/architecture.md#locks.
   */
  lock(tx: Tx, prepared: Prepared): Promise<Locked>;
};

type Common<Result extends ResultFields, Prepared, Locked> = {
  /** The organization in which the act happens; null outside any. */
  organizationId: string | null;
  /** How long the transaction may take, in milliseconds; the usual time when it is absent. */
  timeoutMs?: number;
  /** The shape of the result. A stored result is parsed with it, because an older version may have written it. */
  result: z.ZodType<Result>;
  /**
   * Throws when the viewer may not do this. Called twice: first of all, and again in the transaction after `lock`,
   * because the viewer's rights may change while the act waits for its locks.
   */
  authorize(viewer: Viewer): void;
  /** Slow work before the transaction, such as a request to the source-code host. Skipped for a repetition. */
  prepare?(): Promise<Prepared>;
  /** Checks the state and writes. `viewer` has its present role in the organization, and no other role. */
  write(tx: Tx, context: { prepared: Prepared; locked: Locked; viewer: Viewer }): Promise<NoInfer<Result>>;
};

/**
 * Runs an act. With an idempotency key it happens once, and a repetition returns the stored result.
 * @throws IdempotencyConflictError when the key was used with another input
 * @throws BusyError when it has to wait too long; nothing has happened then
 */
export async function perform<Result extends ResultFields, Prepared = void, Locked = void>(
  act: Act,
  {
    organizationId,
    timeoutMs,
    result,
    authorize,
    prepare,
    queue,
    lock,
    write,
  }: Steps<Result, Prepared, Locked>,
): Promise<ActResult<Result>> {
  const { viewer, requestId, once } = act;
  authorize(viewer);
  // Without slow work it suffices to look inside the transaction.
  const earlier = prepare && (await recall(act, organizationId, result));
  if (earlier) return { ...earlier, isRepetition: true };
  const prepared = (await prepare?.()) as Prepared;

  const actor = { kind: viewer.kind, id: viewer.id, name: viewer.name, tokenId: viewer.tokenId };
  const lines = queue?.(prepared) ?? [];
  // A concurrent call with the same key waits for the first one.
  if (once) lines.push(`${viewer.id} ${once.key}`);
  return await act.db.transact({ actor, requestId, timeoutMs, queue: lines }, async (tx) => {
    const position = once ? await reserve(tx, act, organizationId, once) : null;
    const isRepetition = position === undefined;
    const locked = (isRepetition ? undefined : await lock?.(tx, prepared)) as Locked;
    const current = await currentViewer(tx, viewer, organizationId);
    authorize(current);
    if (once && isRepetition) {
      return { ...(await repeat(tx, act, organizationId, once, result)), isRepetition };
    }
    const written = await write(tx, { prepared, locked, viewer: current });
    if (once) await remember(tx, act, organizationId, once, written);
    return { ...written, requestId, position: position ?? null, isRepetition: false };
  });
}
