import { randomUUID } from 'node:crypto';
import { globalId } from '../../../src/value/globalId.ts';
import { graphql } from '../../graphql/gql.ts';
import type { Client } from '../../support/client.ts';
import { type GitHubFailure, type GitHubPullRequest, shaOf } from '../../support/github/github.ts';
import { RefreshPR } from '../../support/mutations.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

const RefreshedPullRequest = graphql(`
  query RefreshedPullRequest($id: ID!) {
    node(id: $id) {
      ... on PullRequest {
        ...PullRequestFacts
        observedAt
        checks {
          nodes {
            name
            commitSha
            status
          }
        }
        reviewThreads {
          nodes {
            path
            isResolved
          }
        }
        reviews {
          nodes {
            author
            state
          }
        }
      }
    }
  }
`);

let session: { id: string };
let pr: GitHubPullRequest;
let pullRequestId: string;
it.beforeEach(async ({ team, github }) => {
  github.clear();
  session = await team.spawn();
  pr = team.onGitHub(7, {
    checks: [{ name: 'build' }, { name: 'lint', status: 'IN_PROGRESS' }],
    threads: [{ id: 'T_1', path: 'src/engine.ts' }],
    reviews: [{ author: 'ines', state: 'CHANGES_REQUESTED' }],
  });
  pullRequestId = succeeded(await team.claim(session.id, 7)).pullRequest.id;
});

async function refresh(
  team: Team,
  more: { id?: string; idempotencyKey?: string } = {},
  by: Client = team.owner,
) {
  const { id = pullRequestId, idempotencyKey } = more;
  return (await by.query(RefreshPR, { input: { pullRequestId: id, idempotencyKey } })).refreshPR;
}

async function shown(team: Team) {
  const { node } = await team.owner.query(RefreshedPullRequest, { id: pullRequestId });
  if (!node || !('checks' in node)) throw new Error('There is no such pull request.');
  return node;
}

describe('refreshPR', () => {
  it('stores the current facts as one PR_UPDATED, followed by the changes of checks and threads', async ({
    team,
  }) => {
    Object.assign(pr, {
      title: 'Light the engine',
      additions: 99,
      reviewDecision: 'APPROVED',
      checks: [{ name: 'build' }, { name: 'lint' }, { name: 'test' }],
      threads: [
        { id: 'T_1', path: 'src/engine.ts', isResolved: true },
        { id: 'T_2', path: 'README.md' },
      ],
      reviews: [{ author: 'ines', state: 'APPROVED' }],
    });
    const { pullRequest, requestId } = succeeded(await refresh(team));
    expect(pullRequest).toMatchObject({
      id: pullRequestId,
      title: 'Light the engine',
      additions: 99,
      ciState: 'PASSING',
      reviewDecision: 'APPROVED',
      session: { id: session.id },
    });

    const { checks, reviewThreads, reviews, observedAt: _, ...facts } = await shown(team);
    expect(facts).toEqual(pullRequest);
    expect(new Set(checks.nodes.map(({ name, status }) => `${name} ${status}`))).toEqual(
      new Set(['build PASSED', 'lint PASSED', 'test PASSED']),
    );
    expect(new Set(reviewThreads.nodes)).toEqual(
      new Set([
        { path: 'src/engine.ts', isResolved: true },
        { path: 'README.md', isResolved: false },
      ]),
    );
    expect(reviews.nodes).toEqual([{ author: 'ines', state: 'APPROVED' }]);

    const [updated, ...others] = await team.changes({ requestId });
    const { session: holder, ...row } = pullRequest;
    expect(updated).toMatchObject({
      type: 'PR_UPDATED',
      entityId: pullRequestId,
      payload: {
        row: { ...row, session: holder?.id },
        changed: [
          'additions',
          'ciState',
          'mergeability',
          'mergeabilityReasons',
          'reviewDecision',
          'title',
          'latestReviews',
          'unresolvedBy',
        ],
      },
    });
    const summaries = others.map(({ type, payload }) => {
      const { name, path } = (payload as { row: { name?: string; path?: string } }).row;
      return `${type} ${name ?? path}`;
    });
    expect(summaries.toSorted()).toEqual([
      'PR_CHECK_RECORDED lint',
      'PR_CHECK_RECORDED test',
      'PR_REVIEW_THREAD_ADDED README.md',
      'PR_REVIEW_THREAD_RESOLVED src/engine.ts',
    ]);
  });

  it('makes no change when the facts are the same, but sets observedAt', async ({ team }) => {
    const before = await shown(team);
    const { requestId, pullRequest } = succeeded(await refresh(team));
    const { observedAt, ...facts } = await shown(team);
    expect({ ...facts, observedAt: before.observedAt }).toEqual(before);
    expect(Date.parse(observedAt)).toBeGreaterThanOrEqual(Date.parse(before.observedAt));
    expect(pullRequest.id).toBe(pullRequestId);
    expect(await team.changes({ requestId })).toEqual([]);
  });

  it('keeps the holder and writes no audit event', async ({ team }) => {
    const bob = await team.join('MEMBER');
    const joined = await team.structureEvents();
    pr.title = 'Renamed';
    expect(succeeded(await refresh(team, {}, bob)).pullRequest.session).toEqual({ id: session.id });
    expect(await team.structureEvents()).toEqual(joined);
  });

  it('works after the session is terminated', async ({ team }) => {
    await team.terminate(session.id);
    pr.title = 'Renamed';
    expect(succeeded(await refresh(team)).pullRequest).toMatchObject({
      title: 'Renamed',
      session: { id: session.id },
    });
  });

  it.for([
    ['MERGED', { mergedAt: new Date('2026-03-02T07:00:00Z') }, '2026-03-02T07:00:00.000Z'],
    ['CLOSED', { closedAt: new Date('2026-03-03T07:00:00Z') }, '2026-03-03T07:00:00.000Z'],
    ['CLOSED', { closedAt: null }, '2026-03-04T07:00:00.000Z'],
  ] as const)(
    'records the state %s and the time of that change',
    async ([state, times, stateChangedAt], { team }) => {
      Object.assign(pr, { state, updatedAt: new Date('2026-03-04T07:00:00Z'), ...times });
      expect(succeeded(await refresh(team)).pullRequest).toMatchObject({ state, stateChangedAt });
      pr.updatedAt = new Date('2026-05-05T07:00:00Z');
      pr.title = 'Renamed afterwards';
      expect(succeeded(await refresh(team)).pullRequest).toMatchObject({
        state,
        stateChangedAt,
        title: 'Renamed afterwards',
      });
    },
  );

  it('keeps the checks of earlier commits beside those of a new commit', async ({ team }) => {
    const before = pr.headSha;
    Object.assign(pr, { headSha: shaOf('pushed'), checks: [{ name: 'build', conclusion: 'FAILURE' }] });
    const { requestId } = succeeded(await refresh(team));
    expect(new Set((await shown(team)).checks.nodes)).toEqual(
      new Set([
        { name: 'build', commitSha: before, status: 'PASSED' },
        { name: 'lint', commitSha: before, status: 'IN_PROGRESS' },
        { name: 'build', commitSha: shaOf('pushed'), status: 'FAILED' },
      ]),
    );
    expect((await team.changes({ requestId })).map(({ type }) => type)).toEqual([
      'PR_UPDATED',
      'PR_CHECK_RECORDED',
      'SESSION_UPDATED',
    ]);
  });

  it('writes nothing in another organization that has the same pull request', async ({
    team,
    createTeam,
  }) => {
    const guests = await createTeam();
    const repoUrl = `https://github.com/${team.slug}/rocket`;
    const project = await guests.register({ slug: 'guest', repoUrl });
    const guest = await guests.spawn({ projectId: project.id });
    succeeded(await guests.claim(guest.id, 7));
    const before = await guests.footprint();
    pr.title = 'Renamed';
    succeeded(await refresh(team));
    expect(await guests.footprint()).toEqual(before);
  });
});

describe('concurrent refreshPR mutations', () => {
  it.for([
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ] as const)(
    'keep the newest facts when the answers arrive in the order %d, %d, %d',
    async ([...order], { team, github }) => {
      const asked: { release(): void; answer: ReturnType<typeof refresh> }[] = [];
      for (const at of [0, 1, 2]) {
        Object.assign(pr, { title: `As of ${at}`, threads: [{ id: 'T_1', isResolved: at === 2 }] });
        const hold = github.holdNext();
        asked.push({ release: hold.release, answer: refresh(team) });
        await hold.arrived;
      }
      let newest = -1;
      for (const at of order) {
        asked[at]?.release();
        const { pullRequest, requestId } = succeeded(await (asked[at]?.answer ?? refresh(team)));
        const isNews = at > newest;
        newest = Math.max(newest, at);
        expect(pullRequest.title).toBe(`As of ${newest}`);
        expect((await team.changes({ requestId })).length > 0).toBe(isNews);
      }
      expect(await shown(team)).toMatchObject({
        title: 'As of 2',
        reviewThreads: { nodes: [{ isResolved: true }] },
      });
    },
  );

  it('never deliver older facts after newer ones, in twenty mutations', async ({ team }) => {
    await Promise.all(
      Array.from({ length: 20 }, (_, at) => {
        pr.additions = at + 2;
        return refresh(team);
      }),
    );
    const delivered = (await team.changes({ types: ['PR_UPDATED'] })).map(
      ({ payload }) => (payload as { row: { additions: number } }).row.additions,
    );
    expect(delivered.length).toBeGreaterThan(0);
    expect(delivered).toEqual(delivered.toSorted((a, b) => a - b));
    expect((await shown(team)).additions).toBe(delivered.at(-1));
  });
});

describe('a failed refreshPR', () => {
  /** The error of a refused refresh, which must write nothing. */
  async function refusal(team: Team, id?: string, by?: Client) {
    const before = await team.footprint();
    const error = refused(await refresh(team, { id }, by));
    expect(await team.footprint()).toEqual(before);
    return error;
  }

  it.for(['primary', 'secondary', 'graphql'] as const)(
    'is SCM_UNAVAILABLE with the time that GitHub asks to wait, for its %s rate limit',
    async (rateLimit, { team, github }) => {
      github.failNext({ rateLimit, seconds: 17 });
      expect(await refusal(team)).toMatchObject({ code: 'SCM_UNAVAILABLE', retryAfterSeconds: 17 });
    },
  );

  it.for<GitHubFailure>([
    { status: 500 },
    { status: 401 },
    { status: 200, body: 'Hello' },
    { errors: [{ message: 'Something went wrong' }], data: null },
    'brokenJson',
  ])('is SCM_UNAVAILABLE when GitHub answers %o', async (failure, { team, github }) => {
    github.failNext(failure);
    expect(await refusal(team)).toMatchObject({ code: 'SCM_UNAVAILABLE', retryAfterSeconds: null });
  });

  it('is SCM_UNAVAILABLE when the connection breaks three times', async ({ team, github }) => {
    github.failNext('reset', 3);
    expect(await refusal(team)).toMatchObject({ code: 'SCM_UNAVAILABLE', retryAfterSeconds: null });
  });

  it('does not keep the next refreshPR from succeeding', async ({ team, github }) => {
    github.failNext({ status: 500 });
    await refusal(team);
    pr.title = 'After the outage';
    expect(succeeded(await refresh(team)).pullRequest.title).toBe('After the outage');
  });

  it('is PR_NOT_FOUND when GitHub no longer has the pull request, and keeps the stored facts', async ({
    team,
    github,
  }) => {
    github.pullRequests.clear();
    expect((await refusal(team)).code).toBe('PR_NOT_FOUND');
    expect((await shown(team)).title).toBe('Pull request 7');
  });

  it('is the same NOT_FOUND for an unknown id and for another organization, without asking GitHub', async ({
    team,
    app,
    github,
  }) => {
    const asked = github.requests.length;
    const unseen = await refusal(team, pullRequestId, await app.signUp('Eve'));
    expect(unseen.code).toBe('NOT_FOUND');
    for (const id of ['', 'garbage', session.id, globalId('PullRequest', randomUUID())]) {
      expect(await refusal(team, id), id).toEqual(unseen);
    }
    expect(github.requests).toHaveLength(asked);
  });
});

describe('refreshPR under an idempotencyKey', () => {
  it('asks GitHub once and returns the current row', async ({ team, github }) => {
    pr.title = 'First';
    const first = succeeded(await refresh(team, { idempotencyKey: 'k' }));
    const asked = github.requests.length;
    pr.title = 'Second';
    const again = succeeded(await refresh(team, { idempotencyKey: 'k' }));
    expect(again).toEqual(first);
    expect(github.requests).toHaveLength(asked);
    succeeded(await refresh(team));
    expect(succeeded(await refresh(team, { idempotencyKey: 'k' })).pullRequest.title).toBe('Second');
  });

  it('asks GitHub again after SCM_UNAVAILABLE', async ({ team, psql, github }) => {
    github.failNext({ status: 500 });
    expect(refused(await refresh(team, { idempotencyKey: 'k' })).code).toBe('SCM_UNAVAILABLE');
    pr.title = 'Renamed';
    expect(succeeded(await refresh(team, { idempotencyKey: 'k' })).pullRequest.title).toBe('Renamed');
    expect(
      await psql('SELECT FROM idempotency_key WHERE organization_id = $1', [uuidOf(team.id)]),
    ).toHaveLength(1);
  });
});
