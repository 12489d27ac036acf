import { Prisma } from '../../../../prisma/client/client.ts';
import type { Tx } from '../../../database/db.ts';
import type { Target } from './installTarget.ts';

const TABLES = ['entity_type', 'relationship_type', 'watcher', 'classifier'] as const;

/** The name of an organization's vocabulary in the queue of the acts that lock all of it. */
export function vocabularyOf(organizationId: string): string {
  return `vocabulary ${organizationId}`;
}

/**
 * Locks all rows that an installation depends on. Installations of one template in one organization run one after
 * another, including the first two, when no installation exists yet. The agent and all rows of the vocabulary do not
 * change until the transaction ends.
 */
export async function lockTarget(
  tx: Tx,
  { organizationId, template }: Pick<Target, 'organizationId' | 'template'>,
): Promise<void> {
  const key = `muster.installation ${organizationId} ${template.id}`;
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${key}, 0))`;
  await tx.$queryRaw`
    SELECT FROM agent a
     WHERE a.id IN (
       SELECT agent_id FROM installation
        WHERE organization_id = ${organizationId}::uuid AND template_id = ${template.id}::uuid AND status = 'INSTALLED'
     )
       FOR NO KEY UPDATE`;
  await lockVocabulary(tx, organizationId);
}

/** Locks all rows of the vocabulary, kind by kind and in the order of their ids. Another order could deadlock. */
export async function lockVocabulary(tx: Tx, organizationId: string): Promise<void> {
  for (const table of TABLES) {
    await tx.$queryRaw`
      SELECT FROM ${Prisma.raw(table)} WHERE organization_id = ${organizationId}::uuid ORDER BY id FOR NO KEY UPDATE`;
  }
}
