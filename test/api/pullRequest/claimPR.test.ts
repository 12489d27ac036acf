import { graphql } from '../../graphql/gql.ts';
import { shaOf } from '../../support/github/github.ts';
import { succeeded } from '../../support/outcome.ts';
import { type Psql, uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

const PullRequestByRef = graphql(`
  query PullRequestByRef($slug: String!, $ref: String!) {
    organization(slug: $slug) {
      pullRequest(ref: $ref) {
        ...PullRequestFacts
        checks {
          nodes {
            name
            commitSha
            status
            conclusion
          }
        }
        reviewThreads {
          nodes {
            path
            line
            isResolved
            isBot
          }
        }
        reviews {
          nodes {
            author
            state
            body
          }
        }
      }
    }
  }
`);

const PrHeard = graphql(`
  subscription PrHeard($organizationId: ID!, $sessionId: ID, $after: String) {
    prChanged(organizationId: $organizationId, sessionId: $sessionId, after: $after) {
      type
      requestId
      pullRequest {
        id
      }
    }
  }
`);

/** The types of the changes that one mutation made, in their order. */
async function typesOf(team: Team, { requestId }: { requestId: string }): Promise<string[]> {
  return (await team.changes({ requestId })).map(({ type }) => type);
}

async function nudgeStateOf(psql: Psql, pullRequestId: string): Promise<unknown> {
  const [row] = await psql<{ nudge_state: unknown }>('SELECT nudge_state FROM pull_request WHERE id = $1', [
    uuidOf(pullRequestId),
  ]);
  return row?.nudge_state;
}

async function nudge(psql: Psql, pullRequestId: string): Promise<void> {
  await psql(`UPDATE pull_request SET nudge_state = '{"seen": "ci"}' WHERE id = $1`, [uuidOf(pullRequestId)]);
}

describe('the first claimPR for a pull request', () => {
  const facts = {
    title: 'Light the engine',
    author: 'mira',
    sourceBranch: 'feat/engine',
    targetBranch: 'trunk',
    headSha: shaOf('engine'),
    reviewDecision: 'CHANGES_REQUESTED',
    mergeStateStatus: 'BLOCKED',
    additions: 12,
    deletions: 3,
    changedFiles: 4,
    createdAt: new Date('2026-03-01T08:00:00Z'),
    checks: [{ name: 'build' }, { context: 'lint', state: 'FAILURE' }],
    threads: [
      { path: 'src/engine.ts', line: 12 },
      { path: 'README.md', line: 3, isResolved: true, comments: [{ author: { bot: 'helper' } }] },
    ],
    reviews: [{ author: 'ines', state: 'CHANGES_REQUESTED', body: 'Too hot.' }],
  };

  it('returns the current facts of GitHub and stores them', async ({ team }) => {
    team.onGitHub(7, facts);
    const session = await team.spawn();
    const claimed = succeeded(await team.claim(session.id, 7));
    expect(claimed).toMatchObject({ session: { id: session.id }, takenOverFrom: [], branchChanged: false });
    expect(claimed.pullRequest).toMatchObject({
      repo: { owner: team.slug, name: 'rocket', nameWithOwner: `${team.slug}/rocket` },
      url: `https://github.com/${team.slug}/rocket/pull/7`,
      number: 7,
      title: 'Light the engine',
      author: 'mira',
      sourceBranch: 'feat/engine',
      targetBranch: 'trunk',
      isDraft: false,
      state: 'OPEN',
      ciState: 'FAILING',
      reviewDecision: 'CHANGES_REQUESTED',
      mergeability: 'BLOCKED',
      headSha: shaOf('engine'),
      additions: 12,
      deletions: 3,
      changedFiles: 4,
      createdAt: '2026-03-01T08:00:00.000Z',
      stateChangedAt: '2026-03-01T08:00:00.000Z',
      session: { id: session.id },
    });

    const { organization } = await team.owner.query(PullRequestByRef, {
      slug: team.slug,
      ref: `${team.slug.toUpperCase()}/Rocket#7`,
    });
    const { checks, reviewThreads, reviews, ...shown } = organization?.pullRequest ?? {};
    expect(shown).toEqual(claimed.pullRequest);
    expect(new Set(checks?.nodes)).toEqual(
      new Set([
        { name: 'build', commitSha: shaOf('engine'), status: 'PASSED', conclusion: 'SUCCESS' },
        { name: 'lint', commitSha: shaOf('engine'), status: 'FAILED', conclusion: 'FAILURE' },
      ]),
    );
    expect(new Set(reviewThreads?.nodes)).toEqual(
      new Set([
        { path: 'src/engine.ts', line: 12, isResolved: false, isBot: false },
        { path: 'README.md', line: 3, isResolved: true, isBot: true },
      ]),
    );
    expect(reviews?.nodes).toEqual([{ author: 'ines', state: 'CHANGES_REQUESTED', body: 'Too hot.' }]);
  });

  it('is one PR_CREATED with the final row, followed by its checks and threads', async ({ team }) => {
    team.onGitHub(7, facts);
    const claimed = succeeded(await team.claim((await team.spawn()).id, 7));
    const [created, ...others] = await team.changes({ requestId: claimed.requestId });
    expect(created).toMatchObject({
      type: 'PR_CREATED',
      entityId: claimed.pullRequest.id,
      actor: { kind: 'USER', name: 'Ann' },
    });
    const { session, ...shown } = claimed.pullRequest;
    expect(created?.payload).toMatchObject({ row: { ...shown, session: session?.id }, changed: [] });
    expect(others.map(({ type }) => type)).toEqual([
      'PR_CHECK_RECORDED',
      'PR_CHECK_RECORDED',
      'PR_REVIEW_THREAD_ADDED',
      'PR_REVIEW_THREAD_ADDED',
      'SESSION_UPDATED',
    ]);
  });

  it('is delivered to a subscription that starts at the returned cursor', async ({ team }) => {
    team.onGitHub(7);
    const session = await team.spawn();
    const claimed = succeeded(await team.claim(session.id, 7));
    const subscription = await team.owner.subscribe(PrHeard, {
      organizationId: team.id,
      sessionId: session.id,
      after: claimed.cursor,
    });
    expect((await subscription.event()).prChanged).toEqual({
      type: 'PR_CREATED',
      requestId: claimed.requestId,
      pullRequest: { id: claimed.pullRequest.id },
    });
    await subscription.stop();
  });

  it('can claim a draft, which stays a draft', async ({ team }) => {
    team.onGitHub(7, { isDraft: true });
    const { pullRequest } = succeeded(await team.claim((await team.spawn()).id, 7));
    expect(pullRequest).toMatchObject({ state: 'DRAFT', isDraft: true, mergeability: 'BLOCKED' });
  });

  it('can be made by a session that holds other pull requests', async ({ team }) => {
    for (const number of [7, 8]) team.onGitHub(number);
    const session = await team.spawn();
    succeeded(await team.claim(session.id, 7));
    expect(await typesOf(team, succeeded(await team.claim(session.id, 8)))).toEqual(['PR_CREATED']);
  });

  it('writes one audit event', async ({ team }) => {
    team.onGitHub(7);
    const session = await team.spawn();
    const { pullRequest, requestId } = succeeded(await team.claim(session.id, 7));
    expect(await team.structureEvents('PR_CLAIMED')).toMatchObject([
      {
        subjectId: pullRequest.id,
        payload: { from: null, to: session.id },
        requestId,
        actor: { kind: 'USER', name: 'Ann' },
      },
    ]);
  });
});

describe('claimPR by the session that holds the pull request', () => {
  it('makes no change while the facts are the same', async ({ team }) => {
    team.onGitHub(7, {
      checks: [{ name: 'build' }],
      threads: [{}],
      reviews: [{ author: 'ines', state: 'APPROVED' }],
    });
    const session = await team.spawn();
    const first = succeeded(await team.claim(session.id, 7));
    const again = succeeded(await team.claim(session.id, 7));
    expect(again).toMatchObject({ takenOverFrom: [], branchChanged: false, pullRequest: first.pullRequest });
    expect(await typesOf(team, again)).toEqual([]);
    expect(await team.structureEvents('PR_CLAIMED')).toHaveLength(1);
  });

  it('is one PR_UPDATED with the changed fields', async ({ team }) => {
    const pr = team.onGitHub(7);
    const session = await team.spawn();
    succeeded(await team.claim(session.id, 7));
    Object.assign(pr, { title: 'Light both engines', isDraft: true, additions: 99 });
    const again = succeeded(await team.claim(session.id, 7));
    const changes = await team.changes({ requestId: again.requestId });
    expect(changes).toMatchObject([
      {
        type: 'PR_UPDATED',
        payload: {
          row: {
            title: 'Light both engines',
            state: 'DRAFT',
            isDraft: true,
            additions: 99,
            mergeability: 'BLOCKED',
          },
          changed: [
            'additions',
            'isDraft',
            'mergeability',
            'mergeabilityReasons',
            'state',
            'stateChangedAt',
            'title',
          ],
        },
      },
      { type: 'SESSION_UPDATED', entityId: session.id, payload: { row: { displayStatus: 'DRAFT' } } },
    ]);
    expect(await team.structureEvents('PR_CLAIMED')).toHaveLength(1);
  });

  it('is a PR_CHECK_RECORDED for a changed check only', async ({ team }) => {
    const pr = team.onGitHub(7, { checks: [{ name: 'build' }, { name: 'lint' }] });
    const session = await team.spawn();
    succeeded(await team.claim(session.id, 7));
    pr.checks = [{ name: 'build' }, { name: 'lint', conclusion: 'FAILURE' }];
    const again = succeeded(await team.claim(session.id, 7));
    expect(await team.changes({ requestId: again.requestId })).toMatchObject([
      { type: 'PR_UPDATED', payload: { row: { ciState: 'FAILING' } } },
      {
        type: 'PR_CHECK_RECORDED',
        payload: { row: { name: 'lint', status: 'FAILED' }, changed: ['conclusion', 'status'] },
      },
      { type: 'SESSION_UPDATED', entityId: session.id, payload: { row: { displayStatus: 'CI_FAILED' } } },
    ]);
  });

  it('keeps the nudge state', async ({ team, psql }) => {
    team.onGitHub(7);
    const session = await team.spawn();
    const { pullRequest } = succeeded(await team.claim(session.id, 7));
    await nudge(psql, pullRequest.id);
    succeeded(await team.claim(session.id, 7));
    expect(await nudgeStateOf(psql, pullRequest.id)).toEqual({ seen: 'ci' });
  });
});
