/** What the host did not return stays as it was, is marked, and is asked for again by a job. */
import { graphql } from '../../graphql/gql.ts';
import type { GitHubFailure } from '../../support/github/github.ts';
import { RefreshPR } from '../../support/mutations.ts';
import { succeeded } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';
import { WAIT_LIMIT_MS } from '../../support/waitLimit.ts';

const Known = graphql(`
  query Known($id: ID!) {
    node(id: $id) {
      ... on PullRequest {
        headSha
        ciState
        reviewDecision
        mergeability
        unreadable
        checks {
          totalCount
        }
        reviews {
          totalCount
        }
        reviewThreads {
          nodes {
            isResolved
          }
        }
      }
    }
  }
`);

async function known(team: Team, id: string) {
  const { node } = await team.owner.query(Known, { id });
  if (!node || !('ciState' in node)) throw new Error('There is no such pull request.');
  return node;
}

const refresh = async (team: Team, id: string) =>
  succeeded((await team.owner.query(RefreshPR, { input: { pullRequestId: id } })).refreshPR);

const lost = (field: string): GitHubFailure => ({
  data: { repository: { name: 'rocket', owner: { login: 'acme' }, pullRequest: null } },
  errors: [{ type: 'FORBIDDEN', path: ['repository', 'pullRequest', field], message: 'Not accessible.' }],
});

const FACTS = {
  checks: [{ name: 'build' }],
  reviews: [{ author: 'ines', state: 'APPROVED' }],
  threads: [{ comments: [{ author: 'ines' }] }],
};

describe('a part that the host does not return', () => {
  it.for([
    ['commits', 'CHECKS'],
    ['latestReviews', 'REVIEWS'],
    ['reviewThreads', 'THREADS'],
    ['mergeable', 'MERGEABILITY'],
  ] as const)(
    'stays as it was, marked, and waits for a job: %s',
    async ([field, part], { team, github, psql }) => {
      team.onGitHub(7, FACTS);
      const { pullRequest } = succeeded(await team.claim((await team.spawn()).id, 7));
      const before = await known(team, pullRequest.id);
      github.failNext(lost(field));
      await refresh(team, pullRequest.id);
      expect(await known(team, pullRequest.id)).toEqual({ ...before, unreadable: [part] });
      const jobs = await psql(
        `SELECT data FROM pgboss.job WHERE name = 'pullRequest.refresh' AND data->>'pullRequestId' = $1`,
        [uuidOf(pullRequest.id)],
      );
      expect(jobs).toEqual([{ data: { pullRequestId: uuidOf(pullRequest.id), attempt: 1 } }]);

      await refresh(team, pullRequest.id);
      expect(await known(team, pullRequest.id)).toEqual(before);
    },
  );

  it('is unknown of a new head', async ({ team, github }) => {
    team.onGitHub(7, FACTS);
    const { pullRequest } = succeeded(await team.claim((await team.spawn()).id, 7));
    team.onGitHub(7, { headSha: 'f'.repeat(40) });
    github.failNext(lost('commits'));
    await refresh(team, pullRequest.id);
    expect(await known(team, pullRequest.id)).toMatchObject({ ciState: 'UNKNOWN', headSha: 'f'.repeat(40) });
  });

  it('does not refuse a claim', async ({ team, github }) => {
    team.onGitHub(7, FACTS);
    github.failNext(lost('commits'));
    const { pullRequest } = succeeded(await team.claim((await team.spawn()).id, 7));
    expect(await known(team, pullRequest.id)).toMatchObject({
      ciState: 'UNKNOWN',
      reviewDecision: 'APPROVED',
      unreadable: ['CHECKS'],
    });
  });
});

it('a mergeability that the host has not computed is asked for again within seconds', async ({
  team,
  github,
}) => {
  team.onGitHub(7, { mergeable: 'UNKNOWN', mergeStateStatus: 'UNKNOWN' });
  const { pullRequest } = succeeded(await team.claim((await team.spawn()).id, 7));
  expect(await known(team, pullRequest.id)).toMatchObject({ mergeability: 'UNKNOWN', unreadable: [] });
  const again = github.holdNext({ owner: team.slug });
  team.onGitHub(7, { mergeable: 'MERGEABLE', mergeStateStatus: 'CLEAN' });
  await again.arrived;
  again.release();
  await expect
    .poll(async () => (await known(team, pullRequest.id)).mergeability, { timeout: WAIT_LIMIT_MS })
    .toBe('MERGEABLE');
});
