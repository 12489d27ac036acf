import { graphql } from '../../graphql/gql.ts';
import { ReleasePR } from '../../support/mutations.ts';
import { succeeded } from '../../support/outcome.ts';
import { type Psql, uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { expect, it } from '../../support/test.ts';

const ClaimsOf = graphql(`
  query ClaimsOf($id: ID!) {
    node(id: $id) {
      ... on PullRequest {
        claims {
          totalCount
          nodes {
            from {
              id
            }
            to {
              id
            }
            how
            at
            actor {
              kind
              name
            }
            pullRequest {
              id
            }
          }
        }
      }
    }
  }
`);

/** The history of a pull request, newest first. */
async function claimsOf({ owner }: Team, id: string) {
  const { node } = await owner.query(ClaimsOf, { id });
  if (!node || !('claims' in node)) throw new Error('The pull request was not found.');
  return node.claims.nodes.map(({ from, to, how, actor }) => ({
    from: from?.id ?? null,
    to: to?.id ?? null,
    how,
    by: actor.kind,
  }));
}

async function claim(team: Team, sessionId: string): Promise<string> {
  return succeeded(await team.claim(sessionId, 7)).pullRequest.id;
}

async function hold(psql: Psql, pullRequestId: string, sessionId: string | null): Promise<void> {
  await psql('UPDATE pull_request SET session_id = $1 WHERE id = $2', [
    sessionId && uuidOf(sessionId),
    uuidOf(pullRequestId),
  ]);
}

it('tells of a claim, a takeover, a release and the next claim, newest first', async ({ team }) => {
  team.onGitHub(7);
  const [first, second] = [(await team.spawn()).id, (await team.spawn()).id];
  const pullRequestId = await claim(team, first);
  await claim(team, second);
  await claim(team, second);
  const { releasePR } = await team.owner.query(ReleasePR, { input: { sessionId: second, pullRequestId } });
  succeeded(releasePR);
  await claim(team, first);
  expect(await claimsOf(team, pullRequestId)).toEqual([
    { from: null, to: first, how: 'CLAIM', by: 'USER' },
    { from: second, to: null, how: 'RELEASE', by: 'USER' },
    { from: first, to: second, how: 'TAKEOVER', by: 'USER' },
    { from: null, to: first, how: 'CLAIM', by: 'USER' },
  ]);
});

it('tells a spawn from a claim, with and without a former holder', async ({ team }) => {
  team.onGitHub(7);
  const first = await team.spawn({ claimPR: { pr: '7' } });
  const second = await team.spawn({ claimPR: { pr: '7' } });
  const [pullRequest] = await team.changes({ types: ['PR_CREATED'] });
  expect(await claimsOf(team, pullRequest?.entityId ?? '')).toEqual([
    { from: first.id, to: second.id, how: 'SPAWN', by: 'USER' },
    { from: null, to: first.id, how: 'SPAWN', by: 'USER' },
  ]);
});

it('tells of what other programs write, also in a transaction that updates the session before', async ({
  team,
  psql,
}) => {
  team.onGitHub(7);
  const [first, second] = [(await team.spawn()).id, (await team.spawn()).id];
  const pullRequestId = await claim(team, first);
  await psql(
    `WITH renamed AS (UPDATE session SET branch = 'fix' WHERE id = $1 RETURNING id)
     UPDATE pull_request SET session_id = renamed.id FROM renamed WHERE pull_request.id = $2`,
    [uuidOf(second), uuidOf(pullRequestId)],
  );
  await hold(psql, pullRequestId, null);
  await hold(psql, pullRequestId, first);
  expect((await claimsOf(team, pullRequestId)).slice(0, 3)).toEqual([
    { from: null, to: first, how: 'CLAIM', by: 'DATABASE' },
    { from: second, to: null, how: 'RELEASE', by: 'DATABASE' },
    { from: first, to: second, how: 'TAKEOVER', by: 'DATABASE' },
  ]);
});

it('has null for a session that was deleted since', async ({ team, psql }) => {
  team.onGitHub(7);
  const [first, second] = [(await team.spawn()).id, (await team.spawn()).id];
  const pullRequestId = await claim(team, first);
  await claim(team, second);
  await psql('DELETE FROM session WHERE id = $1', [uuidOf(first)]);
  expect(await claimsOf(team, pullRequestId)).toMatchObject([
    { from: null, to: second, how: 'TAKEOVER' },
    { from: null, to: null, how: 'CLAIM' },
  ]);
});
