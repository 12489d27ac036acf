/** The lists of workspaces and the tree. */
import { graphql } from '../../graphql/gql.ts';
import type { WorkspacesQuery } from '../../graphql/graphql.ts';
import { uuidOf } from '../../support/psql.ts';
import { expect, it } from '../../support/test.ts';
import { plant } from './tree.ts';

const Workspaces = graphql(`
  query Workspaces($slug: String!, $first: Int, $after: String, $parentId: ID, $status: WorkspaceStatus) {
    organization(slug: $slug) {
      workspaces(first: $first, after: $after, parentId: $parentId, status: $status) {
        totalCount
        nodes {
          path
          children {
            nodes {
              name
            }
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

const Tree = graphql(`
  query Tree($slug: String!, $rootId: ID) {
    organization(slug: $slug) {
      workspaceTree(rootId: $rootId) {
        workspaceId
        parentId
        path
        depth
        status
        childCount
        descendantCount
        statusCounts {
          provisioning
          online
          failed
        }
        agentName
      }
    }
  }
`);

type WorkspacePage = NonNullable<WorkspacesQuery['organization']>['workspaces'];

function present<Value>(value: Value | null | undefined): Value {
  if (value == null) throw new Error('There is no such organization.');
  return value;
}

const PATHS = ['A', 'A/B', 'A/B/C', 'A b', 'A b/D', 'Z'];

it('workspaces are listed by path, page by page: each before its children, subtrees together', async ({
  team,
}) => {
  await plant(team, ['Z', 'A b', 'A', 'A b/D', 'A/B', 'A/B/C']);
  const paths: string[] = [];
  let after: string | null | undefined;
  do {
    const page: WorkspacePage = present(
      (await team.owner.query(Workspaces, { slug: team.slug, first: 2, after })).organization,
    ).workspaces;
    expect(page.totalCount).toBe(PATHS.length);
    paths.push(...page.nodes.map(({ path }) => path.join('/')));
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after);
  expect(paths).toEqual(PATHS);
});

it('workspaces are listed by parent and by status, live ones unless REMOVED is asked for', async ({
  team,
}) => {
  const ids = await plant(team, PATHS);
  await team.employ({ workspaceId: ids.Z });
  await team.removeWorkspace({ id: ids['A b'] ?? '', name: 'A b' });
  const list = async (filter: object) =>
    (await team.owner.query(Workspaces, { slug: team.slug, ...filter })).organization?.workspaces.nodes.map(
      ({ path }) => path.join('/'),
    );
  expect(await list({})).toEqual(['A', 'A/B', 'A/B/C', 'Z']);
  expect(await list({ parentId: ids.A })).toEqual(['A/B']);
  expect(await list({ status: 'ONLINE' })).toEqual(['Z']);
  expect(await list({ status: 'REMOVED' })).toEqual(['A b', 'A b/D']);
});

it('the tree has every live workspace before its children, with the statuses below it counted', async ({
  team,
  psql,
}) => {
  const ids = await plant(team, PATHS);
  await team.employ({ name: 'Kim', workspaceId: ids['A/B'] });
  const { id } = await team.employ({ workspaceId: ids['A/B/C'] });
  await psql("UPDATE agent SET status = 'ERROR' WHERE id = $1", [uuidOf(id)]);
  await team.removeWorkspace({ id: ids['A b'] ?? '', name: 'A b' });

  const { organization } = await team.owner.query(Tree, { slug: team.slug });
  expect(organization?.workspaceTree).toMatchObject([
    {
      workspaceId: ids.A,
      parentId: null,
      path: ['A'],
      depth: 0,
      status: 'PROVISIONING',
      childCount: 1,
      descendantCount: 2,
      statusCounts: { provisioning: 1, online: 1, failed: 1 },
      agentName: null,
    },
    {
      parentId: ids.A,
      path: ['A', 'B'],
      depth: 1,
      status: 'ONLINE',
      childCount: 1,
      descendantCount: 1,
      statusCounts: { provisioning: 0, online: 1, failed: 1 },
      agentName: 'Kim',
    },
    { path: ['A', 'B', 'C'], depth: 2, status: 'FAILED', childCount: 0, descendantCount: 0 },
    { path: ['Z'], depth: 0, descendantCount: 0, statusCounts: { provisioning: 1, online: 0, failed: 0 } },
  ]);

  const below = await team.owner.query(Tree, { slug: team.slug, rootId: ids['A/B'] });
  expect(below.organization?.workspaceTree.map(({ path }) => path.join('/'))).toEqual(['A/B', 'A/B/C']);
  const removed = await team.owner.query(Tree, { slug: team.slug, rootId: ids['A b'] });
  expect(removed.organization?.workspaceTree).toEqual([]);
});

it('the tree of another organization is empty', async ({ team, createTeam }) => {
  const foreign = await (await createTeam()).addWorkspace();
  const { organization } = await team.owner.query(Tree, { slug: team.slug, rootId: foreign.id });
  expect(organization?.workspaceTree).toEqual([]);
});
