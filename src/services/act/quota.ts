/** Holds the quotas of an organization. */
import { Prisma } from '../../../prisma/client/client.ts';
import { IS_GOOD_SQL } from '../../auth/goodToken.ts';
import { QUOTA_NAME, type QuotaName, type Quotas } from '../../config/quotas.ts';
import type { Tx } from '../../database/db.ts';
import { QuotaExceededError } from '../../errors/errors.ts';

/** What counts for the quota of an organization. */
const COUNTED = {
  AGENTS: `agent WHERE status <> 'STOPPED'`,
  TOKENS: `token WHERE ${IS_GOOD_SQL}`,
};

/** The name of a quota in the queue of the acts that use it up. */
export function quotaOf(organizationId: string, quota: keyof typeof COUNTED): string {
  return `${quota} ${organizationId}`;
}

/**
 * Checks that an organization does not have more than it may. Call it after the write and after all other locks: acts that
 * use up the same quota wait for each other from here until they commit, so the later one counts what the first one wrote.
 *
 * @throws QuotaExceededError
 */
export async function holdQuota(
  tx: Tx,
  quotas: Quotas,
  quota: keyof typeof COUNTED,
  organizationId: string,
): Promise<void> {
  await tx.$executeRaw`
    SELECT pg_advisory_xact_lock(hashtextextended(${`muster.quota ${quotaOf(organizationId, quota)}`}, 0))`;
  const limit = quotas[QUOTA_NAME[quota]];
  const [row] = await tx.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM (
      SELECT FROM ${Prisma.raw(COUNTED[quota])} AND organization_id = ${organizationId}::uuid LIMIT ${limit} + 1
    ) counted`;
  assertWithin(quotas, quota, row?.count ?? 0);
}

/** @throws QuotaExceededError when the amount exceeds the quota */
export function assertWithin(quotas: Quotas, quota: QuotaName, amount: number): void {
  const limit = quotas[QUOTA_NAME[quota]];
  if (amount > limit) throw new QuotaExceededError(quota, limit);
}
