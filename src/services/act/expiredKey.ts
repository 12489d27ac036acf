import type { Database } from '../../database/db.ts';
import { REMEMBERED_HOURS } from './idempotency.ts';

const BATCH_KEYS = 10_000;

/** Deletes all expired idempotency keys, and returns how many there were. */
export async function forgetExpiredKeys({ prisma }: Database): Promise<number> {
  for (let forgotten = 0; ; ) {
    const count = await prisma.$executeRaw`
      DELETE FROM idempotency_key WHERE id IN (
        SELECT id FROM idempotency_key
         WHERE created_at < now() - make_interval(hours => ${REMEMBERED_HOURS})
         LIMIT ${BATCH_KEYS} FOR UPDATE SKIP LOCKED
      )`;
    forgotten += count;
    if (count < BATCH_KEYS) return forgotten;
  }
}
