/** workspaceChanged: the changes of a tree, and of one part of it. */

import { moveWorkspace, plant } from '../api/workspace/tree.ts';
import { graphql } from '../graphql/gql.ts';
import { succeeded } from '../support/outcome.ts';
import type { Team } from '../support/team.ts';
import { expect, it } from '../support/test.ts';

const WorkspaceChanged = graphql(`
  subscription WorkspaceChanged($organizationId: ID!, $after: String, $rootId: ID) {
    workspaceChanged(organizationId: $organizationId, after: $after, rootId: $rootId) {
      type
      cursor
      workspace {
        id
        status
      }
    }
  }
`);

const Cursor = graphql(`
  query WorkspaceFeedCursor($slug: String!) {
    organization(slug: $slug) {
      feedCursor
    }
  }
`);

async function listen(team: Team, rootId?: string) {
  const { organization } = await team.owner.query(Cursor, { slug: team.slug });
  const subscription = await team.owner.subscribe(WorkspaceChanged, {
    organizationId: team.id,
    after: organization?.feedCursor,
    rootId,
  });
  return async (count: number) =>
    (await subscription.events(count)).map(({ workspaceChanged: { type, workspace } }) => [
      type,
      workspace?.id,
    ]);
}

it('a subscriber hears of every workspace as it is added, filled, moved and removed', async ({ team }) => {
  const events = await listen(team);
  const ids = await plant(team, ['A', 'A/B', 'Z']);
  await team.employ({ workspaceId: ids['A/B'] });
  succeeded(await moveWorkspace(team, ids['A/B'] ?? '', ids.Z ?? ''));
  await team.removeWorkspace({ id: ids.Z ?? '', name: 'Z' });
  expect(await events(7)).toEqual([
    ['WORKSPACE_CREATED', ids.A],
    ['WORKSPACE_CREATED', ids['A/B']],
    ['WORKSPACE_CREATED', ids.Z],
    ['WORKSPACE_UPDATED', ids['A/B']],
    ['WORKSPACE_MOVED', ids['A/B']],
    ['WORKSPACE_REMOVED', ids['A/B']],
    ['WORKSPACE_REMOVED', ids.Z],
  ]);
});

it('with rootId a subscriber hears of that part alone, and of moves into it and out of it', async ({
  team,
}) => {
  const ids = await plant(team, ['A', 'A/B', 'A/B/C', 'Z', 'Z/Y']);
  const inA = await listen(team, ids.A);
  const inZ = await listen(team, ids.Z);
  await team.employ({ workspaceId: ids['Z/Y'] });
  await team.employ({ workspaceId: ids['A/B/C'] });
  succeeded(await moveWorkspace(team, ids['A/B'] ?? '', ids['Z/Y'] ?? ''));
  await team.removeWorkspace({ id: ids['A/B'] ?? '', name: 'B' });
  await team.removeWorkspace({ id: ids.A ?? '', name: 'A' });
  expect(await inA(3)).toEqual([
    ['WORKSPACE_UPDATED', ids['A/B/C']],
    ['WORKSPACE_MOVED', ids['A/B']],
    ['WORKSPACE_REMOVED', ids.A],
  ]);
  expect(await inZ(4)).toEqual([
    ['WORKSPACE_UPDATED', ids['Z/Y']],
    ['WORKSPACE_MOVED', ids['A/B']],
    ['WORKSPACE_REMOVED', ids['A/B/C']],
    ['WORKSPACE_REMOVED', ids['A/B']],
  ]);
});
