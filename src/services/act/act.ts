/**
 * One business act: who asks, with what at hand, and the one transaction it happens in. An act under an idempotency
 * key happens once: its answer is remembered with it, and its repetition is told the same.
 */
import { createHash } from 'node:crypto';
import stringify from 'safe-stable-stringify';
import type { Prisma } from '../../../prisma/client/client.ts';
import { currentViewer, type Viewer } from '../../auth/viewer.ts';
import type { Database, Tx } from '../../db.ts';
import { IdempotencyConflictError } from '../../errors.ts';
import type { JobQueue } from '../port/job.ts';
import type { PullRequestSource } from '../port/pullRequestSource.ts';
import type { Runtime } from '../port/runtime.ts';

export type Act = {
  viewer: Viewer;
  requestId: string;
  db: Database;
  pullRequestSource: PullRequestSource;
  jobs: JobQueue;
  runtime: Runtime;
  /** Present when the caller asked for this act to happen once. */
  once?: { key: string; inputHash: string };
};

/** The ids an act answers. A secret among them is shown once and never remembered. */
export type Ids = Record<string, unknown> & { secret?: string | null };

export type Done<Result> = Result & {
  /** The request that made the changes: an earlier one, when this is a repetition. */
  requestId: string;
  /** The feed's head before the changes, where it was remembered. */
  position: number | null;
};

/** For how long an act is remembered under its key. */
export const REMEMBERED_HOURS = 24;

/** The hash that tells whether a key comes back with the same input. */
export function hashInput(mutation: string, input: object): string {
  const { idempotencyKey: _, ...rest } = input as { idempotencyKey?: unknown };
  return createHash('sha256')
    .update(`${mutation}\n${stringify(rest)}`)
    .digest('hex');
}

/** What an act consists of, in the order in which it is done. */
export type Deed<Locked, Result extends Ids> = {
  /** Where it happens; null for an act outside any organization. */
  organizationId: string | null;
  /** Locks what the act depends on, and answers what it found: organization, pull request, sessions, in this order. */
  lock?(tx: Tx): Promise<Locked>;
  /**
   * Refuses what the viewer may not do. Asked at once, so that nobody waits in vain, and again under the locks: what
   * the viewer was allowed when it asked may have been taken from it while it waited.
   */
  may(viewer: Viewer): void;
  /** Checks the state and writes. The viewer's roles are those of this moment, in this organization alone. */
  work(tx: Tx, locked: Locked, viewer: Viewer): Promise<Result>;
};

/**
 * Runs an act in one transaction.
 * @throws IdempotencyConflictError when its key was used with another input
 */
export async function perform<Result extends Ids, Locked = void>(
  act: Act,
  { organizationId, lock, may, work }: Deed<Locked, Result>,
): Promise<Done<Result>> {
  const { viewer, requestId, once } = act;
  may(viewer);
  return await act.db.transact(
    { actor: { kind: viewer.kind, id: viewer.id, name: viewer.name }, requestId },
    async (tx) => {
      const position = once ? await reserve(tx, act, organizationId, once) : null;
      const isRepetition = position === undefined;
      const locked = isRepetition ? undefined : await lock?.(tx);
      const current = await currentViewer(tx, viewer, organizationId);
      may(current);
      if (once && isRepetition) return await repetition<Result>(tx, act, organizationId, once);

      const result = await work(tx, locked as Locked, current);
      if (once) await remember(tx, act, organizationId, once, result);
      return { ...result, requestId, position: position ?? null };
    },
  );
}

/**
 * What an earlier act under the same key answered, if there was one. For acts with slow work before their
 * transaction, which a repetition should not do again; `perform` asks for itself.
 */
export async function recall<Result extends Ids>(
  act: Act,
  organizationId: string | null,
): Promise<Done<Result> | undefined> {
  if (!act.once) return undefined;
  const found = await find(act.db.prisma, act, organizationId, act.once);
  return found && isFresh(found) ? answer<Result>(found, act.once) : undefined;
}

type Once = NonNullable<Act['once']>;

/** Takes the key; a concurrent twin waits here until we are through. Undefined when it is taken already. */
async function reserve(tx: Tx, { viewer, requestId }: Act, organizationId: string | null, once: Once) {
  await tx.idempotencyKey.deleteMany({ where: { viewerId: viewer.id, createdAt: { lt: oldest() } } });
  const rows = await tx.$queryRaw<{ position: bigint }[]>`
    INSERT INTO idempotency_key (organization_id, viewer_id, key, input_hash, request_id, position)
    SELECT ${organizationId}::uuid, ${viewer.id}::uuid, ${once.key}, ${once.inputHash}, ${requestId}, position
      FROM feed_head
    ON CONFLICT DO NOTHING
    RETURNING position`;
  return rows[0] && Number(rows[0].position);
}

async function remember(tx: Tx, { viewer }: Act, organizationId: string | null, once: Once, result: Ids) {
  const { secret: _, ...rememberable } = result;
  await tx.$executeRaw`
    UPDATE idempotency_key SET result = ${JSON.stringify(rememberable)}::jsonb
     WHERE organization_id IS NOT DISTINCT FROM ${organizationId}::uuid
       AND viewer_id = ${viewer.id}::uuid AND key = ${once.key}`;
}

async function repetition<Result extends Ids>(tx: Tx, act: Act, organizationId: string | null, once: Once) {
  const found = await find(tx, act, organizationId, once);
  if (!found) throw new Error('An idempotency key vanished while it was held.');
  return answer<Result>(found, once);
}

async function find(client: Tx, { viewer }: Act, organizationId: string | null, { key }: Once) {
  return await client.idempotencyKey.findFirst({ where: { organizationId, viewerId: viewer.id, key } });
}

function answer<Result extends Ids>(
  found: { inputHash: string; result: Prisma.JsonValue; requestId: string; position: bigint },
  once: Once,
): Done<Result> {
  if (found.inputHash !== once.inputHash) throw new IdempotencyConflictError();
  return { ...(found.result as Result), requestId: found.requestId, position: Number(found.position) };
}

function oldest(): Date {
  return new Date(Date.now() - REMEMBERED_HOURS * 3_600_000);
}

function isFresh({ createdAt }: { createdAt: Date }): boolean {
  return createdAt >= oldest();
}
