import type { Tx } from '../../../database/db.ts';
import { itemKey } from '../plan/key.ts';
import type { PlanItem } from '../plan/plan.ts';
import type { Planned } from './readPlan.ts';
import type { Place } from './writeRows.ts';

/**
 * Stores a binding for each item that a resolution leaves out, and deletes the bindings of items that it no longer
 * does.
 */
export async function writeBindings(
  tx: Tx,
  { organizationId, installationId }: Place,
  { plan, bindings }: Planned,
): Promise<boolean> {
  const bound = new Map(bindings.map((binding) => [itemKey(binding), binding]));
  const isSkipped = ({ action, reason }: PlanItem) => action === 'SKIP' && reason === 'RESOLVED';
  const ended = plan.items.filter((item) => item.action !== 'SKIP' && bound.has(itemKey(item)));
  const begun = plan.items.filter((item) => isSkipped(item) && bound.get(itemKey(item))?.targetId !== null);
  if (ended.length > 0) {
    const rows = ended.map(({ kind, sourceKey }) => ({ kind, source_key: sourceKey }));
    await tx.$executeRaw`
      DELETE FROM installation_binding b
       USING jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(kind template_item_kind, source_key text)
       WHERE b.installation_id = ${installationId}::uuid AND b.kind = r.kind AND b.source_key = r.source_key`;
  }
  if (begun.length > 0) {
    const rows = begun.map(({ kind, sourceKey }) => ({ kind, source_key: sourceKey }));
    await tx.$executeRaw`
      INSERT INTO installation_binding (organization_id, installation_id, kind, source_key)
      SELECT ${organizationId}::uuid, ${installationId}::uuid, kind, source_key
        FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(kind template_item_kind, source_key text)
          ON CONFLICT (installation_id, kind, source_key) DO UPDATE SET target_id = NULL`;
  }
  return ended.length + begun.length > 0;
}
