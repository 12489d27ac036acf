import { graphql } from '../../graphql/gql.ts';
import { succeeded } from '../../support/outcome.ts';
import { type Psql, uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, test } from '../../support/test.ts';

const ThreadHeard = graphql(`
  subscription ThreadHeard($organizationId: ID!, $pullRequestId: ID) {
    prReviewThreadChanged(organizationId: $organizationId, pullRequestId: $pullRequestId) {
      type
      requestId
      thread {
        path
        line
        isResolved
      }
      pullRequest {
        id
        session {
          displayStatus
        }
      }
    }
  }
`);

const ThreadsOf = graphql(`
  query ThreadsOf($pullRequestId: ID!) {
    node(id: $pullRequestId) {
      ... on PullRequest {
        reviewThreads {
          totalCount
          nodes {
            path
            line
            isResolved
            isBot
          }
        }
        session {
          displayStatus
        }
      }
    }
  }
`);

const it = test.extend('session', async ({ team }) => await team.spawn());

async function claim(team: Team, session: { id: string }) {
  return succeeded(await team.claim(session.id, 7));
}

async function stored(team: Team, pullRequestId: string) {
  const { node } = await team.owner.query(ThreadsOf, { pullRequestId });
  if (!node || !('reviewThreads' in node)) throw new Error('There is no such pull request.');
  return node;
}

describe('a review thread', () => {
  it('is one change each time it is added, resolved, reopened or deleted, where deletion resolves it', async ({
    team,
    session,
  }) => {
    const pr = team.onGitHub(7);
    const { pullRequest } = await claim(team, session);
    const subscription = await team.owner.subscribe(ThreadHeard, {
      organizationId: team.id,
      pullRequestId: pullRequest.id,
    });
    const thread = { id: 'T_1', path: 'src/engine.ts', line: 12 };
    const steps = [
      { threads: [thread], type: 'PR_REVIEW_THREAD_ADDED', isResolved: false, status: 'CHANGES_REQUESTED' },
      {
        threads: [{ ...thread, isResolved: true }],
        type: 'PR_REVIEW_THREAD_RESOLVED',
        isResolved: true,
        status: 'MERGEABLE',
      },
      {
        threads: [thread],
        type: 'PR_REVIEW_THREAD_RESOLVED',
        isResolved: false,
        status: 'CHANGES_REQUESTED',
      },
      { threads: [], type: 'PR_REVIEW_THREAD_RESOLVED', isResolved: true, status: 'MERGEABLE' },
    ];
    for (const { threads, type, isResolved, status } of steps) {
      pr.threads = threads;
      const { requestId } = await claim(team, session);
      expect((await subscription.event()).prReviewThreadChanged).toEqual({
        type,
        requestId,
        thread: { path: 'src/engine.ts', line: 12, isResolved },
        pullRequest: { id: pullRequest.id, session: { displayStatus: status } },
      });
      const changes = await team.changes({ requestId });
      expect(changes.map((change) => change.type)).toEqual([type, 'PR_UPDATED', 'SESSION_UPDATED']);
      expect(changes[1]).toMatchObject({ entityId: pullRequest.id, payload: { changed: ['unresolvedBy'] } });
    }
    await subscription.stop();
    expect((await stored(team, pullRequest.id)).reviewThreads.totalCount).toBe(1);
  });

  it('is the same row when it reappears after its deletion', async ({ team, session }) => {
    const pr = team.onGitHub(7, { threads: [{ id: 'T_1' }] });
    const { pullRequest } = await claim(team, session);
    pr.threads = [];
    await claim(team, session);
    pr.threads = [{ id: 'T_1' }];
    const { requestId } = await claim(team, session);
    expect(await team.changes({ requestId })).toMatchObject([
      { type: 'PR_REVIEW_THREAD_RESOLVED', payload: { row: { isResolved: false } } },
      { type: 'PR_UPDATED', payload: { changed: ['unresolvedBy'] } },
      { type: 'SESSION_UPDATED', entityId: session.id },
    ]);
    expect((await stored(team, pullRequest.id)).reviewThreads.totalCount).toBe(1);
  });

  it('moves to another line and path without a change of its own in the feed', async ({ team, session }) => {
    const pr = team.onGitHub(7, { threads: [{ id: 'T_1', line: 12 }] });
    await claim(team, session);
    pr.threads = [{ id: 'T_1', line: 40, path: 'src/engines.ts' }];
    const { requestId, pullRequest } = await claim(team, session);
    expect(await team.changes({ requestId })).toMatchObject([
      { type: 'PR_UPDATED', entityId: pullRequest.id, payload: { changed: ['unresolvedBy'] } },
    ]);
    expect((await stored(team, pullRequest.id)).reviewThreads.nodes).toMatchObject([
      { line: 40, path: 'src/engines.ts' },
    ]);
  });

  it('that only bots and the author wrote in does not change the displayStatus of the session', async ({
    team,
    session,
  }) => {
    team.onGitHub(7, { threads: [{ comments: [{ author: { bot: 'helper' } }, { author: 'octocat' }] }] });
    const { pullRequest } = await claim(team, session);
    expect(await stored(team, pullRequest.id)).toMatchObject({
      reviewThreads: { nodes: [{ isBot: true, isResolved: false }] },
      session: { displayStatus: 'MERGEABLE' },
    });
  });

  it('stays unresolved when it is missing from a list that is too long to read completely', async ({
    team,
    session,
    psql,
  }) => {
    const many = Array.from({ length: 1000 }, (_, at) => ({ id: `T_${at}`, isResolved: true }));
    const pr = team.onGitHub(7, { threads: [{ id: 'T_last' }] });
    const { pullRequest } = await claim(team, session);
    pr.threads = [...many, { id: 'T_last' }];
    await claim(team, session);
    const open = await psql(
      `SELECT external_id FROM pull_request_review_thread WHERE pull_request_id = $1 AND NOT is_resolved`,
      [uuidOf(pullRequest.id)],
    );
    expect(open).toEqual([{ external_id: 'T_last' }]);
  });
});

describe('the comments of a review thread', () => {
  const comments = (team: Team, psql: Psql) =>
    psql<{ external_id: string; body: string; thread: string }>(
      `SELECT c.external_id, c.body, t.external_id AS thread
         FROM pull_request_review_comment c JOIN pull_request_review_thread t ON t.id = c.thread_id
        WHERE c.organization_id = $1 ORDER BY c.external_id`,
      [uuidOf(team.id)],
    );

  it('are stored as they are on GitHub: edited, moved to another thread, deleted', async ({
    team,
    session,
    psql,
  }) => {
    const pr = team.onGitHub(7, {
      threads: [
        {
          id: 'T_1',
          comments: [
            { id: 'C_1', body: 'Why?' },
            { id: 'C_2', body: 'Because.' },
          ],
        },
        { id: 'T_2', comments: [{ id: 'C_3', body: 'Hm.' }] },
      ],
    });
    await claim(team, session);
    pr.threads = [
      { id: 'T_1', comments: [{ id: 'C_1', body: 'Why ever?' }] },
      { id: 'T_2', comments: [{ id: 'C_2', body: 'Because.' }] },
    ];
    await claim(team, session);
    expect(await comments(team, psql)).toEqual([
      { external_id: 'C_1', body: 'Why ever?', thread: 'T_1' },
      { external_id: 'C_2', body: 'Because.', thread: 'T_2' },
    ]);
  });

  // More values than one statement can have parameters.
  it('are stored in any number and deleted with those on GitHub', async ({ team, session, psql }) => {
    const thread = (at: number) => ({
      id: `T_${at}`,
      comments: Array.from({ length: 100 }, (_, comment) => ({ id: `C_${at}_${comment}` })),
    });
    const pr = team.onGitHub(7, { threads: Array.from({ length: 120 }, (_, at) => thread(at)) });
    await claim(team, session);
    expect(await comments(team, psql)).toHaveLength(12_000);
    pr.threads = pr.threads.map((each) => ({ ...each, comments: each.comments?.slice(0, 1) }));
    await claim(team, session);
    expect(await comments(team, psql)).toHaveLength(120);
  });

  it('are not in the feed', async ({ team, session }) => {
    team.onGitHub(7, { threads: [{ comments: [{ body: 'Between you and me' }] }] });
    await claim(team, session);
    expect(JSON.stringify(await team.changes())).not.toContain('Between you and me');
  });
});

describe('a review', () => {
  it('is deleted when a later review of the same author replaces it', async ({ team, session, psql }) => {
    const pr = team.onGitHub(7, { reviews: [{ id: 'R_1', author: 'ines', state: 'CHANGES_REQUESTED' }] });
    await claim(team, session);
    pr.reviews = [{ id: 'R_2', author: 'ines', state: 'APPROVED' }];
    await claim(team, session);
    expect(
      await psql(`SELECT external_id, state FROM pull_request_review WHERE organization_id = $1`, [
        uuidOf(team.id),
      ]),
    ).toEqual([{ external_id: 'R_2', state: 'APPROVED' }]);
  });
});
