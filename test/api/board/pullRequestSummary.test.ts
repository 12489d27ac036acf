/** The fields of PullRequest that summarize for a board what blocks the merge, and who has to act. */

import type {
  CiState,
  Mergeability,
  PullRequestState,
  ReviewDecision,
} from '../../../prisma/client/enums.ts';
import { graphql } from '../../graphql/gql.ts';
import type { MergeabilityReason } from '../../graphql/graphql.ts';
import { expectKeptStandings } from '../../support/board.ts';
import type { GitHubPullRequest } from '../../support/github/github.ts';
import { RefreshPR } from '../../support/mutations.ts';
import { succeeded } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

it.afterEach(({ psql }) => expectKeptStandings(psql));

const Summary = graphql(`
  query Summary($id: ID!) {
    node(id: $id) {
      ... on PullRequest {
        ciState
        headSha
        checks {
          totalCount
        }
        failingChecks {
          totalCount
          nodes {
            id
            name
            status
            conclusion
            commitSha
            pullRequest {
              id
            }
          }
        }
        reviews {
          totalCount
        }
        latestReviews {
          totalCount
          nodes {
            id
            author
            state
            body
            url
            isBot
            pullRequest {
              id
            }
          }
        }
        unresolvedBy {
          reviewer
          isBot
          count
          reviewUrl
          links {
            url
            file
            line
          }
        }
        mergeability
        mergeabilityReasons
        viewerCanRefresh
      }
    }
  }
`);

let id: string;
it.beforeEach(async ({ team }) => {
  team.onGitHub(7);
  id = succeeded(await team.claim((await team.spawn()).id, 7)).pullRequest.id;
});

async function summary(team: Team) {
  const { node } = await team.owner.query(Summary, { id });
  if (!node || !('failingChecks' in node)) throw new Error('There is no such pull request.');
  return node;
}

async function refreshed(team: Team, facts: Partial<GitHubPullRequest>) {
  team.onGitHub(7, facts);
  succeeded((await team.owner.query(RefreshPR, { input: { pullRequestId: id } })).refreshPR);
  return await summary(team);
}

const at = (team: Team, anchor: string) => `https://github.com/${team.slug}/rocket/pull/7#${anchor}`;

describe('failingChecks', () => {
  const CHECKS = [
    { name: 'build', conclusion: 'FAILURE' },
    { name: 'deploy', conclusion: 'CANCELLED' },
    { name: 'lint' },
    { name: 'test', status: 'IN_PROGRESS' },
    { name: 'docs', conclusion: 'SKIPPED' },
    { context: 'style', state: 'ERROR' },
  ];
  const namesOf = ({ failingChecks }: Awaited<ReturnType<typeof summary>>) =>
    failingChecks.nodes.map(({ name }) => name).sort();

  it('returns the checks of the head commit that failed or were cancelled', async ({ team }) => {
    const found = await refreshed(team, { checks: CHECKS });
    expect(namesOf(found)).toEqual(['build', 'deploy', 'style']);
    expect(found.failingChecks.totalCount).toBe(3);
    expect(found.checks.totalCount).toBe(CHECKS.length);
    expect(found.failingChecks.nodes.find(({ name }) => name === 'deploy')).toMatchObject({
      status: 'CANCELLED',
      conclusion: 'CANCELLED',
      commitSha: found.headSha,
      pullRequest: { id },
    });
  });

  it('leaves out the checks of an earlier commit', async ({ team }) => {
    await refreshed(team, { checks: CHECKS });
    const found = await refreshed(team, {
      headSha: 'f'.repeat(40),
      checks: [{ name: 'build', conclusion: 'FAILURE' }],
    });
    expect(namesOf(found)).toEqual(['build']);
    expect(found.checks.totalCount).toBe(CHECKS.length + 1);
  });

  it.for<[why: string, Partial<GitHubPullRequest>]>([
    ['CI does not fail', { checks: [{ name: 'build' }] }],
    ['the pull request is merged', { state: 'MERGED', mergedAt: new Date() }],
    ['the pull request is closed', { state: 'CLOSED', closedAt: new Date() }],
  ])('is empty while %s', async ([_why, facts], { team }) => {
    expect(namesOf(await refreshed(team, { checks: CHECKS, ...facts }))).toEqual([]);
  });

  it('returns the checks of a draft', async ({ team }) => {
    expect(namesOf(await refreshed(team, { checks: CHECKS, isDraft: true }))).toEqual([
      'build',
      'deploy',
      'style',
    ]);
  });

  it('returns nodes of the list of checks, with pagination', async ({ team }) => {
    const { failingChecks } = await refreshed(team, { checks: CHECKS });
    const response = await team.owner.raw({
      query: `query($id: ID!) { node(id: $id) { ... on PullRequest {
        first: failingChecks(first: 2) { edges { cursor node { id } } pageInfo { hasNextPage endCursor } }
        all: checks { nodes { id } }
      } } }`,
      variables: { id },
    });
    const { first, all } = (await response.json()).data.node;
    expect(first.edges.map(({ node }: { node: { id: string } }) => node.id)).toEqual(
      failingChecks.nodes.slice(0, 2).map((check) => check.id),
    );
    expect(all.nodes).toEqual(expect.arrayContaining(failingChecks.nodes.map((check) => ({ id: check.id }))));
    const next = await team.owner.raw({
      query: `query($id: ID!, $after: String) { node(id: $id) { ... on PullRequest {
        failingChecks(first: 2, after: $after) { nodes { id } pageInfo { hasNextPage } } } } }`,
      variables: { id, after: first.pageInfo.endCursor },
    });
    expect((await next.json()).data.node.failingChecks).toEqual({
      nodes: failingChecks.nodes.slice(2).map((check) => ({ id: check.id })),
      pageInfo: { hasNextPage: false },
    });
    const single = await team.owner.raw({
      query: `query($id: ID!) { node(id: $id) { __typename } }`,
      variables: { id: failingChecks.nodes[0]?.id },
    });
    expect((await single.json()).data.node).toEqual({ __typename: 'PullRequestCheck' });
  });
});

describe('latestReviews', () => {
  const hour = (n: number) => new Date(Date.UTC(2026, 0, 2, n));

  it('returns the last decision of each reviewer, newest first', async ({ team }) => {
    const found = await refreshed(team, {
      reviews: [
        { author: 'ines', state: 'CHANGES_REQUESTED', submittedAt: hour(1) },
        { author: 'max', state: 'APPROVED', submittedAt: hour(2) },
        { author: 'ines', state: 'APPROVED', body: 'Well done.', submittedAt: hour(3) },
        { author: 'ines', state: 'COMMENTED', body: 'One more thing.', submittedAt: hour(4) },
        { author: 'ada', state: 'COMMENTED', submittedAt: hour(5) },
        { author: { bot: 'linter' }, state: 'CHANGES_REQUESTED', submittedAt: hour(6) },
      ],
    });
    expect(found.latestReviews).toMatchObject({
      totalCount: 3,
      nodes: [
        { author: 'linter', state: 'CHANGES_REQUESTED', isBot: true },
        {
          author: 'ines',
          state: 'APPROVED',
          body: 'Well done.',
          isBot: false,
          url: at(team, 'pullrequestreview-3'),
        },
        { author: 'max', state: 'APPROVED', pullRequest: { id } },
      ],
    });
    expect(found.reviews.totalCount).toBeGreaterThan(3);
  });

  it('takes the review that was submitted last, whatever order the reviews were stored in', async ({
    team,
    psql,
  }) => {
    await refreshed(team, { reviews: [{ author: 'ines', state: 'APPROVED', submittedAt: hour(3) }] });
    await psql(
      `INSERT INTO pull_request_review (organization_id, pull_request_id, external_id, author, state, submitted_at)
       VALUES ($1, $2, 'older', 'ines', 'CHANGES_REQUESTED', $3)`,
      [uuidOf(team.id), uuidOf(id), hour(1)],
    );
    expect((await summary(team)).latestReviews.nodes).toMatchObject([{ author: 'ines', state: 'APPROVED' }]);
  });

  it('leaves out a dismissed review', async ({ team }) => {
    const found = await refreshed(team, {
      reviews: [{ author: 'ines', state: 'DISMISSED', submittedAt: hour(1) }],
    });
    expect(found.latestReviews).toEqual({ totalCount: 0, nodes: [] });
  });
});

describe('unresolvedBy', () => {
  it('returns the count of unresolved threads of each reviewer, with links to the threads and the last review', async ({
    team,
  }) => {
    const found = await refreshed(team, {
      threads: [
        {
          path: 'src/a.ts',
          line: 3,
          comments: [{ author: 'ines' }, { author: 'max', createdAt: new Date() }],
        },
        { path: 'src/b.ts', subjectType: 'FILE', comments: [{ author: 'ines' }] },
        { path: 'src/c.ts', line: 5, comments: [{ author: 'ines' }], isResolved: true },
        { path: 'src/d.ts', line: 7, comments: [{ author: { bot: 'linter' } }] },
        { path: 'src/e.ts', line: 9, comments: [{ author: null }] },
      ],
      reviews: [
        { author: 'ines', state: 'CHANGES_REQUESTED', submittedAt: new Date(Date.UTC(2026, 0, 2, 1)) },
        { author: 'ines', state: 'COMMENTED', submittedAt: new Date(Date.UTC(2026, 0, 2, 2)) },
      ],
    });
    expect(found.unresolvedBy).toEqual([
      {
        reviewer: 'ines',
        isBot: false,
        count: 2,
        reviewUrl: at(team, 'pullrequestreview-2'),
        links: expect.arrayContaining([
          { url: at(team, 'discussion_r7_1_1'), file: 'src/a.ts', line: 3 },
          { url: at(team, 'discussion_r7_2_1'), file: 'src/b.ts', line: null },
        ]),
      },
      {
        reviewer: 'ghost',
        isBot: false,
        count: 1,
        reviewUrl: null,
        links: [{ url: at(team, 'discussion_r7_5_1'), file: 'src/e.ts', line: 9 }],
      },
      {
        reviewer: 'linter',
        isBot: true,
        count: 1,
        reviewUrl: null,
        links: [{ url: at(team, 'discussion_r7_4_1'), file: 'src/d.ts', line: 7 }],
      },
    ]);
  });

  it('is empty when all threads are resolved', async ({ team }) => {
    expect((await refreshed(team, { threads: [{ isResolved: true }] })).unresolvedBy).toEqual([]);
  });

  it('counts all threads and links to the oldest ten', async ({ team }) => {
    const threads = Array.from({ length: 12 }, (_, n) => ({ line: n + 1, comments: [{ author: 'ines' }] }));
    await refreshed(team, { threads: threads.slice(0, 6) });
    const { unresolvedBy } = await refreshed(team, { threads });
    expect(unresolvedBy).toMatchObject([{ reviewer: 'ines', count: 12 }]);
    const lines = unresolvedBy[0]?.links.map(({ line }) => line) ?? [];
    expect(lines.length).toBe(10);
    expect(lines.slice(0, 6).sort()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('counts a thread whose comments are gone', async ({ team, psql }) => {
    await refreshed(team, { threads: [{ comments: [{ author: 'ines' }] }] });
    await psql('DELETE FROM pull_request_review_comment WHERE pull_request_id = $1', [uuidOf(id)]);
    expect((await summary(team)).unresolvedBy).toMatchObject([
      { reviewer: 'ghost', count: 1, links: [{ url: null }] },
    ]);
  });
});

describe('mergeabilityReasons', () => {
  type Facts = {
    mergeability: Mergeability;
    merge_state_status?: string;
    state?: PullRequestState;
    ci_state?: CiState;
    review_decision?: ReviewDecision;
  };
  const EVERYTHING = {
    merge_state_status: 'BEHIND',
    state: 'DRAFT',
    ci_state: 'FAILING',
    review_decision: 'CHANGES_REQUESTED',
  } as const;

  it.for<[MergeabilityReason[], Facts]>([
    [[], { mergeability: 'MERGEABLE', ...EVERYTHING }],
    [[], { mergeability: 'UNKNOWN', ...EVERYTHING }],
    [['CONFLICTS'], { mergeability: 'CONFLICTING' }],
    [['CONFLICTS'], { mergeability: 'CONFLICTING', merge_state_status: 'DIRTY' }],
    [['BEHIND_BASE'], { mergeability: 'BLOCKED', merge_state_status: 'BEHIND' }],
    [['DRAFT'], { mergeability: 'BLOCKED', state: 'DRAFT' }],
    [['CI_FAILING'], { mergeability: 'BLOCKED', ci_state: 'FAILING' }],
    [['CI_FAILING'], { mergeability: 'UNSTABLE', ci_state: 'FAILING' }],
    [['CHANGES_REQUESTED'], { mergeability: 'BLOCKED', review_decision: 'CHANGES_REQUESTED' }],
    [['REVIEW_REQUIRED'], { mergeability: 'BLOCKED', review_decision: 'REVIEW_REQUIRED' }],
    [
      ['REVIEW_REQUIRED'],
      { mergeability: 'BLOCKED', merge_state_status: 'BLOCKED', review_decision: 'REVIEW_REQUIRED' },
    ],
    [
      ['BLOCKED_BY_PROVIDER'],
      {
        mergeability: 'BLOCKED',
        merge_state_status: 'BLOCKED',
        ci_state: 'PASSING',
        review_decision: 'APPROVED',
      },
    ],
    [[], { mergeability: 'UNSTABLE', merge_state_status: 'UNSTABLE', ci_state: 'PENDING' }],
    [
      ['CONFLICTS', 'BEHIND_BASE', 'DRAFT', 'CI_FAILING', 'CHANGES_REQUESTED'],
      { mergeability: 'CONFLICTING', ...EVERYTHING },
    ],
  ])('is %j for the facts %j', async ([reasons, facts], { team, psql }) => {
    await psql(
      `UPDATE pull_request SET mergeability = $2, merge_state_status = $3, state = $4::pull_request_state, is_draft = $4::pull_request_state = 'DRAFT', ci_state = $5,
              review_decision = $6 WHERE id = $1`,
      [
        uuidOf(id),
        facts.mergeability,
        facts.merge_state_status ?? '',
        facts.state ?? 'OPEN',
        facts.ci_state ?? 'UNKNOWN',
        facts.review_decision ?? 'NONE',
      ],
    );
    expect((await summary(team)).mergeabilityReasons).toEqual(reasons);
  });
});

it('the summary of a pull request does not contain the text of review comments', async ({ team }) => {
  const body = 'Not for the summary.';
  await refreshed(team, { threads: [{ comments: [{ author: 'ines', body }] }] });
  expect(JSON.stringify(await summary(team))).not.toContain(body);
});
