/** Trees of workspaces for tests, made through the API. */
import { graphql } from '../../graphql/gql.ts';
import type { CreateWorkspaceInput } from '../../graphql/graphql.ts';
import type { Client } from '../../support/client.ts';
import * as mutations from '../../support/mutations.ts';
import type { Psql } from '../../support/psql.ts';
import { uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';

export const WorkspaceById = graphql(`
  query WorkspaceById($id: ID!) {
    node(id: $id) {
      ...WorkspaceFacts
    }
  }
`);

export async function createWorkspace(
  team: Team,
  input: Partial<CreateWorkspaceInput>,
  by: Client = team.owner,
) {
  const { createWorkspace: answer } = await by.query(mutations.CreateWorkspace, {
    input: { organizationId: team.id, name: 'PM', ...input },
  });
  return answer;
}

export async function moveWorkspace(team: Team, workspaceId: string, parentId: string | null) {
  return (await team.owner.query(mutations.MoveWorkspace, { input: { workspaceId, parentId } }))
    .moveWorkspace;
}

export async function removeWorkspace(team: Team, workspaceId: string, confirmName?: string) {
  return (await team.owner.query(mutations.RemoveWorkspace, { input: { workspaceId, confirmName } }))
    .removeWorkspace;
}

/** Creates workspaces by their paths, `PM/Lead/Worker`, parents first, and returns their ids by path. */
export async function plant(team: Team, paths: string[]): Promise<Record<string, string>> {
  const ids: Record<string, string> = {};
  for (const path of paths) {
    const at = path.lastIndexOf('/');
    const { id } = await team.addWorkspace({ name: path.slice(at + 1), parentId: ids[path.slice(0, at)] });
    ids[path] = id;
  }
  return ids;
}

/** The live tree, as paths by status, in the order of their paths. */
export async function treeOf(psql: Psql, team: Team): Promise<string[]> {
  const rows = await psql<{ path: string; status: string }>(
    `SELECT replace(path, E'\\x01', '/') AS path, status FROM workspace
      WHERE organization_id = $1 AND status <> 'REMOVED' ORDER BY workspace.path`,
    [uuidOf(team.id)],
  );
  return rows.map(({ path, status }) => `${path} ${status}`);
}
