import type { Agent } from '../../../../prisma/client/client.ts';
import type { Tx } from '../../../database/db.ts';
import { type DefinedRow, readRows } from '../row/readRows.ts';

/**
 * The live rows that a release of an agent contains: the rows that belong to the agent, and the rows that belong to no
 * agent, unless another template of the organization has released them. Rows that an installation manages are left out,
 * because their own template releases them.
 */
export async function releasableRows(tx: Tx, { id: agentId, organizationId }: Agent): Promise<DefinedRow[]> {
  const rows = await readRows(tx, organizationId);
  const released = await tx.$queryRaw<{ sourceKey: string }[]>`
    SELECT DISTINCT item ->> 'sourceKey' AS "sourceKey"
      FROM template t
      JOIN template_release r ON r.template_id = t.id
     CROSS JOIN LATERAL jsonb_array_elements(r.manifest -> 'items') AS item
     WHERE t.organization_id = ${organizationId}::uuid AND t.agent_id <> ${agentId}::uuid`;
  const ofOthers = new Set(released.map(({ sourceKey }) => sourceKey));
  return rows.filter(
    (row) =>
      row.archivedAt === null &&
      row.installationId === null &&
      (row.agentId === agentId || (row.agentId === null && !ofOthers.has(row.id))),
  );
}
