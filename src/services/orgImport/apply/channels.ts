import type { Tx } from '../../../database/db.ts';
import type { DocumentChannel } from '../document/document.ts';
import { ownedItems } from './ownedItems.ts';
import type { PlacedWorkspace } from './workspaces.ts';

export async function writeChannels(
  tx: Tx,
  organizationId: string,
  created: readonly PlacedWorkspace[],
  changed: readonly PlacedWorkspace[],
): Promise<void> {
  const channels = ownedItems<DocumentChannel>('channels', created, changed);
  if (channels.length === 0) return;
  const rows = channels.map(({ workspaceId, value: { type, config, allowedUsers, enabled } }) => ({
    workspace_id: workspaceId,
    type,
    config,
    allowed_users: allowedUsers,
    enabled,
  }));
  await tx.$executeRaw`
    INSERT INTO workspace_channel (organization_id, workspace_id, type, config, allowed_users, enabled, source)
    SELECT ${organizationId}::uuid, n.workspace_id, n.type, n.config, n.allowed_users, n.enabled, 'TEMPLATE'
      FROM json_to_recordset(${JSON.stringify(rows)}::json) AS n(
        workspace_id uuid, type text, config jsonb, allowed_users text[], enabled boolean
      )
    ON CONFLICT (organization_id, workspace_id, type) DO UPDATE
      SET config = excluded.config, allowed_users = excluded.allowed_users, enabled = excluded.enabled
    WHERE workspace_channel.source = 'TEMPLATE'`;
}
