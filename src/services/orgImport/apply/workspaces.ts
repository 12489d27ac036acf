import type { Tx } from '../../../database/db.ts';
import type { DocumentWorkspace } from '../document/document.ts';
import type { OrgImportItem } from '../plan/plan.ts';

/** A workspace of the document with the id of its row. A new workspace gets its id before the row is inserted. */
export type PlacedWorkspace = {
  id: string;
  parentId: string | null;
  node: DocumentWorkspace;
  item: OrgImportItem;
};

type Stamp = { organizationId: string; importId: string; documentName: string; hasContainers: boolean };

/** A workspace without a container is inserted as ONLINE: the same transaction hires its agent. */
export async function insertWorkspaces(
  tx: Tx,
  { organizationId, importId, documentName, hasContainers }: Stamp,
  created: readonly PlacedWorkspace[],
): Promise<void> {
  if (created.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO workspace
      (id, organization_id, parent_id, name, role, runtime, tier, model, plugins, spec, status, import_id, import_document)
    SELECT n.id, ${organizationId}::uuid, n.parent_id, n.name, n.role, n.runtime, n.tier, n.model, n.plugins, n.spec,
           (CASE WHEN ${hasContainers} AND NOT is_external_workspace(n.runtime, n.spec) THEN 'PROVISIONING' ELSE 'ONLINE' END)::workspace_status,
           ${importId}::uuid, ${documentName}
      FROM json_to_recordset(${rowsOf(created)}::json) AS n(
        position int, id uuid, parent_id uuid, name text, role text, runtime text, tier int, model text, plugins text[],
        spec jsonb
      )
     ORDER BY n.position`;
}

/** Moves and updates in one statement, so that each row changes once and causes one event. */
export async function changeWorkspaces(tx: Tx, changed: readonly PlacedWorkspace[]): Promise<void> {
  if (changed.length === 0) return;
  await tx.$executeRaw`
    UPDATE workspace w
       SET parent_id = n.parent_id, role = n.role, runtime = n.runtime, tier = n.tier, model = n.model,
           plugins = n.plugins, spec = n.spec
      FROM json_to_recordset(${rowsOf(changed)}::json) AS n(
        id uuid, parent_id uuid, role text, runtime text, tier int, model text, plugins text[], spec jsonb
      )
     WHERE w.id = n.id`;
}

/** Returns the rows as JSON, parents before their children, as in the plan. */
function rowsOf(placed: readonly PlacedWorkspace[]): string {
  return JSON.stringify(
    placed.map(({ id, parentId, node: { name, role, runtime, tier, model, plugins, spec } }, position) => ({
      position,
      id,
      parent_id: parentId,
      name,
      role,
      runtime,
      tier,
      model,
      plugins,
      spec,
    })),
  );
}
