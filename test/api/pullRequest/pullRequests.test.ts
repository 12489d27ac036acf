import { graphql } from '../../graphql/gql.ts';
import type { PullRequestsOfQueryVariables } from '../../graphql/graphql.ts';
import { ReleasePR } from '../../support/mutations.ts';
import { succeeded } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

const PullRequestsOf = graphql(`
  query PullRequestsOf(
    $slug: String!
    $states: [PullRequestState!]
    $projectId: ID
    $sessionId: ID
    $agentId: ID
    $repo: String
    $author: String
    $orderBy: PullRequestOrder! = CREATED_AT
    $first: Int
    $after: String
  ) {
    organization(slug: $slug) {
      pullRequests(
        states: $states
        projectId: $projectId
        sessionId: $sessionId
        agentId: $agentId
        repo: $repo
        author: $author
        orderBy: $orderBy
        first: $first
        after: $after
      ) {
        totalCount
        nodes {
          number
        }
        pageInfo {
          endCursor
        }
      }
    }
  }
`);

const ChecksOf = graphql(`
  query ChecksOf($id: ID!) {
    node(id: $id) {
      ... on PullRequest {
        mergedAt
        closedAt
        checks {
          nodes {
            name
            startedAt
            completedAt
          }
        }
      }
    }
  }
`);

async function list(team: Team, filter: Omit<PullRequestsOfQueryVariables, 'slug'>) {
  const { organization } = await team.owner.query(PullRequestsOf, { slug: team.slug, ...filter });
  if (!organization) throw new Error('There is no organization.');
  return organization.pullRequests;
}

const numbers = async (team: Team, filter: Omit<PullRequestsOfQueryVariables, 'slug'>) => {
  const { nodes, totalCount } = await list(team, filter);
  expect(totalCount).toBe(nodes.length);
  return nodes.map(({ number }) => number);
};

describe('Organization.pullRequests', () => {
  let first: { id: string };
  let second: { id: string };
  let agentId: string;
  let otherProject: { id: string };
  it.beforeEach(async ({ team }) => {
    const hour = (n: number) => new Date(Date.UTC(2026, 4, 4, n));
    team.onGitHub(1, { author: 'ines', createdAt: hour(1) });
    team.onGitHub(2, { author: 'max', createdAt: hour(2), isDraft: true, state: 'OPEN' });
    team.onGitHub(3, { author: 'ines', createdAt: hour(3) });
    agentId = (await team.hire()).id;
    otherProject = await team.register({ slug: 'booster' });
    first = await team.spawn({ agentId });
    second = await team.spawn({ projectId: otherProject.id });
    succeeded(await team.claim(first.id, 1));
    succeeded(await team.claim(first.id, 2));
    const { pullRequest } = succeeded(await team.claim(second.id, 3));
    const { releasePR } = await team.owner.query(ReleasePR, {
      input: { sessionId: second.id, pullRequestId: pullRequest.id },
    });
    succeeded(releasePR);
  });

  it('lists all, newest first, and those that a filter selects', async ({ team }) => {
    expect(await numbers(team, {})).toEqual([3, 2, 1]);
    expect(await numbers(team, { states: ['DRAFT'] })).toEqual([2]);
    expect(await numbers(team, { states: ['DRAFT', 'OPEN'] })).toEqual([3, 2, 1]);
    expect(await numbers(team, { states: [] })).toEqual([]);
    expect(await numbers(team, { projectId: otherProject.id })).toEqual([3]);
    expect(await numbers(team, { sessionId: first.id })).toEqual([2, 1]);
    expect(await numbers(team, { sessionId: second.id })).toEqual([]);
    expect(await numbers(team, { agentId })).toEqual([2, 1]);
    expect(await numbers(team, { author: 'ines' })).toEqual([3, 1]);
    expect(await numbers(team, { author: 'ines', sessionId: first.id })).toEqual([1]);
    expect(await numbers(team, { repo: `${team.slug.toUpperCase()}/Rocket` })).toEqual([3, 2, 1]);
    expect(await numbers(team, { repo: `${team.slug}/other` })).toEqual([]);
  });

  it('refuses a `repo` that is no owner and name', async ({ team }) => {
    await expect(list(team, { repo: 'rocket' })).rejects.toThrow('`repo` must be `owner/name`');
  });

  it('pages by the last change', async ({ team, psql }) => {
    for (const number of [3, 1, 2]) {
      await psql('UPDATE pull_request SET title = $1 WHERE organization_id = $2 AND number = $3', [
        `changed ${number}`,
        uuidOf(team.id),
        number,
      ]);
    }
    const page = await list(team, { orderBy: 'UPDATED_AT', first: 2 });
    expect(page.nodes).toEqual([{ number: 2 }, { number: 1 }]);
    const next = await list(team, { orderBy: 'UPDATED_AT', after: page.pageInfo.endCursor });
    expect(next.nodes).toEqual([{ number: 3 }]);
  });
});

describe('a pull request', () => {
  it('has the times of its checks, its merge and its end', async ({ team }) => {
    const [startedAt, completedAt] = [new Date('2026-05-04T10:00:00Z'), new Date('2026-05-04T10:05:00Z')];
    team.onGitHub(7, { checks: [{ name: 'build', startedAt, completedAt }] });
    const { id } = succeeded(await team.claim((await team.spawn()).id, 7)).pullRequest;
    expect((await team.owner.query(ChecksOf, { id })).node).toEqual({
      mergedAt: null,
      closedAt: null,
      checks: {
        nodes: [
          {
            name: 'build',
            startedAt: '2026-05-04T10:00:00.000Z',
            completedAt: '2026-05-04T10:05:00.000Z',
          },
        ],
      },
    });
  });
});
