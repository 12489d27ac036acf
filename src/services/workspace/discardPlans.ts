import type { Tx } from '../../database/db.ts';

/**
 * The triggers of the tree join the changed rows with each other and with their tables. PostgreSQL keeps the plan of
 * such a join for the connection. One that was made for a single row takes minutes for ten thousand.
 */
export async function discardPlans(tx: Tx): Promise<void> {
  await tx.$executeRaw`DISCARD PLANS`;
}
