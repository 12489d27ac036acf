/** Idempotency keys: the result of an act is stored with its key, in the act's own transaction. */
import { createHash } from 'node:crypto';
import stringify from 'safe-stable-stringify';
import type { z } from 'zod';
import type { IdempotencyKey } from '../../../prisma/client/client.ts';
import type { Tx } from '../../database/db.ts';
import { IdempotencyConflictError } from '../../errors/errors.ts';
import type { Act, ResultFields } from './act.ts';

export type Once = { key: string; inputHash: string };

type Remembered<Result> = Result & { requestId: string; position: number };

/** How long a key and its result are kept. */
export const REMEMBERED_HOURS = 24;

/** The same key with another hash is a conflict. */
export function hashInput(mutation: string, input: object): string {
  const { idempotencyKey: _, ...rest } = input as { idempotencyKey?: unknown };
  return createHash('sha256')
    .update(`${mutation}\n${stringify(rest)}`)
    .digest('hex');
}

/** The result stored under the act's key, read without a transaction. Undefined when there is none. */
export async function recall<Result>(
  act: Act,
  organizationId: string | null,
  result: z.ZodType<Result>,
): Promise<Remembered<Result> | undefined> {
  if (!act.once) return undefined;
  const found = await find(act.db.prisma, act, organizationId, act.once);
  return found && found.createdAt >= oldest() ? parse(found, act.once, result) : undefined;
}

/**
 * Reserves the key for this act: inserts it, or makes an expired one new. A concurrent call with the same key waits at this
 * insert until the first transaction ends.
 *
 * @returns the feed's head before the act; undefined when the key is taken, so that the act repeats an earlier one.
 */
export async function reserve(
  tx: Tx,
  { viewer, requestId }: Act,
  organizationId: string | null,
  { key, inputHash }: Once,
): Promise<number | undefined> {
  const rows = await tx.$queryRaw<{ position: bigint }[]>`
    INSERT INTO idempotency_key AS known (organization_id, viewer_id, key, input_hash, request_id, position)
    SELECT ${organizationId}::uuid, ${viewer.id}::uuid, ${key}, ${inputHash}, ${requestId}, position
      FROM feed_head
    ON CONFLICT (organization_id, viewer_id, key) DO UPDATE
       SET input_hash = excluded.input_hash, request_id = excluded.request_id, position = excluded.position,
           result = NULL, created_at = excluded.created_at
     WHERE known.created_at < ${oldest()}::timestamptz
    RETURNING position`;
  return rows[0] && Number(rows[0].position);
}

/** Stores the result with the reserved key, without its secret. */
export async function remember(
  tx: Tx,
  { viewer }: Act,
  organizationId: string | null,
  { key }: Once,
  { secret: _, ...result }: ResultFields,
): Promise<void> {
  await tx.$executeRaw`
    UPDATE idempotency_key SET result = ${JSON.stringify(result)}::jsonb
     WHERE organization_id IS NOT DISTINCT FROM ${organizationId}::uuid
       AND viewer_id = ${viewer.id}::uuid AND key = ${key}`;
}

/** The result stored under a key that could not be reserved. */
export async function repeat<Result>(
  tx: Tx,
  act: Act,
  organizationId: string | null,
  once: Once,
  result: z.ZodType<Result>,
): Promise<Remembered<Result>> {
  const found = await find(tx, act, organizationId, once);
  if (!found) throw new Error('An idempotency key vanished while it was locked.');
  return parse(found, once, result);
}

async function find(client: Tx, { viewer }: Act, organizationId: string | null, { key }: Once) {
  return await client.idempotencyKey.findFirst({ where: { organizationId, viewerId: viewer.id, key } });
}

function parse<Result>(
  found: IdempotencyKey,
  { inputHash }: Once,
  result: z.ZodType<Result>,
): Remembered<Result> {
  if (found.inputHash !== inputHash) throw new IdempotencyConflictError();
  const parsed = result.safeParse(found.result);
  if (!parsed.success) {
    throw new Error('The result stored under an idempotency key has another shape.', { cause: parsed.error });
  }
  return { ...parsed.data, requestId: found.requestId, position: Number(found.position) };
}

function oldest(): Date {
  return new Date(Date.now() - REMEMBERED_HOURS * 3_600_000);
}
