/** A page that only applies the events of one subscription shows what a fresh query shows, field by field. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { type FormattedExecutionResult, print } from 'graphql';
import type { ActivityState } from '../../prisma/client/enums.ts';
import { graphql } from '../graphql/gql.ts';
import type { FreshPageQuery, PageEventsSubscription } from '../graphql/graphql.ts';
import type { TestApp } from '../support/app.ts';
import { openEventStream } from '../support/eventStream.ts';
import type { GitHubPullRequest } from '../support/github/github.ts';
import * as mutations from '../support/mutations.ts';
import { type Psql, uuidOf } from '../support/psql.ts';
import type { Team } from '../support/team.ts';
import { expect, test } from '../support/test.ts';

graphql(`
  fragment PageSession on Session {
    id
    name
    displayName
    kind
    activityState
    firstSignalAt
    noSignalAt
    launchId
    isTerminated
    terminatedAt
    displayStatus
    statusSince
    scmStatus
    lane
    laneSince
    branch
    mergePolicy {
      terminateOnPrMerge
    }
    agent {
      id
    }
    viewerCanTerminate
  }

  fragment PagePullRequest on PullRequest {
    id
    number
    url
    title
    author
    state
    isDraft
    ciState
    requiredCiState
    awaitsApproval
    reviewDecision
    mergeability
    mergeabilityReasons
    isInMergeQueue
    unreadable
    headSha
    session {
      id
    }
    failingChecks(first: 10) {
      nodes {
        id
        name
      }
    }
    latestReviews(first: 10) {
      nodes {
        author
        state
      }
    }
    unresolvedBy {
      reviewer
      isBot
      count
      outdatedCount
      reviewUrl
      links {
        url
        file
        line
      }
    }
  }
`);

const Page = graphql(`
  query FreshPage($slug: String!) {
    organization(slug: $slug) {
      feedCursor
      sessions(first: 100) {
        nodes {
          ...PageSession
        }
      }
      pullRequests(first: 100) {
        nodes {
          ...PagePullRequest
        }
      }
    }
  }
`);

const Events = graphql(`
  subscription PageEvents($organizationId: ID!, $after: String) {
    changes(organizationId: $organizationId, after: $after) {
      entityId
      entity {
        __typename
        ... on Session {
          ...PageSession
        }
        ... on PullRequest {
          ...PagePullRequest
        }
        ... on PullRequestCheck {
          pullRequest {
            ...PagePullRequest
          }
        }
        ... on PullRequestReviewThread {
          pullRequest {
            ...PagePullRequest
          }
        }
      }
    }
  }
`);

/** The cards of a page by their ids. */
type Cards = Map<string, object>;

async function fetchPage(team: Team): Promise<{ cards: Cards; feedCursor: string }> {
  const { organization }: FreshPageQuery = await team.owner.query(Page, { slug: team.slug });
  if (!organization) throw new Error('The organization is gone.');
  const { sessions, pullRequests, feedCursor } = organization;
  const cards: { id: string }[] = [...sessions.nodes, ...pullRequests.nodes];
  return { feedCursor, cards: new Map(cards.map((card) => [card.id, card])) };
}

function apply(cards: Cards, { entityId, entity }: PageEventsSubscription['changes']): void {
  if (entity === null) {
    cards.delete(entityId);
    return;
  }
  const { __typename, ...card } = entity;
  switch (__typename) {
    case 'Session':
    case 'PullRequest':
      cards.set(entityId, card);
      return;
    case 'PullRequestCheck':
    case 'PullRequestReviewThread': {
      const { pullRequest } = card as { pullRequest: { id: string } };
      cards.set(pullRequest.id, pullRequest);
    }
  }
}

/** The cards that are not the same. */
function differences(shown: Cards, fresh: Cards): { shown?: object; fresh?: object }[] {
  return [...new Set([...shown.keys(), ...fresh.keys()])]
    .map((id) => ({ shown: shown.get(id), fresh: fresh.get(id) }))
    .filter((pair) => !isDeepStrictEqual(pair.shown, pair.fresh));
}

const by = {
  WebSocket: async (team: Team, _app: TestApp, variables: object, cards: Cards) => {
    const subscription = await team.owner.subscribe(Events, { organizationId: team.id, ...variables });
    void (async () => {
      for (let result = await subscription.next(); result; result = await subscription.next()) {
        if (result.data) apply(cards, result.data.changes);
      }
    })();
    return () => subscription.stop();
  },
  'an event stream': async (team: Team, app: TestApp, variables: object, cards: Cards) => {
    const stream = await openEventStream(app.url, team.owner.token, {
      query: print(Events),
      variables: { organizationId: team.id, ...variables },
    });
    void (async () => {
      try {
        for (;;) {
          const { data } = (await stream.result()).data as FormattedExecutionResult<unknown>;
          if (data) apply(cards, (data as PageEventsSubscription).changes);
        }
      } catch {
        // The test has stopped the stream.
      }
    })();
    return async () => stream.stop();
  },
};

const NUMBERS = [1, 2, 3, 4];
const at = <Item>(items: readonly Item[], index: number): Item => items[index % items.length] as Item;

const reviewers = fc.constantFrom('ines', 'zoe');
const facts: fc.Arbitrary<Partial<GitHubPullRequest>> = fc.record(
  {
    title: fc.constantFrom('Fly', 'Land'),
    isDraft: fc.boolean(),
    state: fc.constantFrom('OPEN', 'OPEN', 'MERGED', 'CLOSED'),
    mergeStateStatus: fc.constantFrom('CLEAN', 'BEHIND', 'BLOCKED', 'UNSTABLE', 'DIRTY'),
    mergeable: fc.constantFrom('MERGEABLE', 'CONFLICTING'),
    reviewDecision: fc.constantFrom(null, 'APPROVED', 'REVIEW_REQUIRED'),
    reviews: fc.array(
      fc.record({ author: reviewers, state: fc.constantFrom('APPROVED', 'CHANGES_REQUESTED', 'COMMENTED') }),
      { maxLength: 2 },
    ),
    checks: fc.array(
      fc.record({ name: fc.constantFrom('lint', 'test'), conclusion: fc.constantFrom('SUCCESS', 'FAILURE') }),
      { maxLength: 2 },
    ),
    threads: fc
      .array(
        fc.record({
          isResolved: fc.boolean(),
          isOutdated: fc.boolean(),
          author: reviewers,
          line: fc.integer({ min: 1, max: 3 }),
        }),
        { maxLength: 2 },
      )
      .map((threads) =>
        threads.map(({ author, ...thread }, index) => ({
          id: `T_${index}`,
          ...thread,
          comments: [{ id: `C_${index}`, author }],
        })),
      ),
  },
  { requiredKeys: [] },
);

/** What changes the page. The numbers choose among the sessions and the pull requests that there are. */
const step = fc.oneof(
  fc.record({ act: fc.constant('claim' as const), session: fc.nat(5), number: fc.nat(3) }),
  fc.record({ act: fc.constant('release' as const), session: fc.nat(5), number: fc.nat(3) }),
  fc.record({
    act: fc.constant('report' as const),
    session: fc.nat(5),
    state: fc.constantFrom<ActivityState>('ACTIVE', 'IDLE', 'WAITING_INPUT', 'BLOCKED', 'EXITED'),
  }),
  fc.record({ act: fc.constantFrom('spawn', 'rename', 'terminate', 'restore'), session: fc.nat(5) }),
  fc.record({ act: fc.constant('refresh' as const), number: fc.nat(3), facts }),
  fc.record({
    act: fc.constant('psql' as const),
    sql: fc.constantFrom(
      `UPDATE pull_request SET ci_state = 'FAILING' WHERE organization_id = $1`,
      `UPDATE pull_request SET mergeability = 'BLOCKED', merge_state_status = 'BEHIND' WHERE organization_id = $1`,
      `UPDATE pull_request_review_thread SET is_resolved = NOT is_resolved WHERE organization_id = $1`,
      `UPDATE pull_request_review_thread SET is_outdated = NOT is_outdated WHERE organization_id = $1`,
      `UPDATE pull_request_review SET state = 'APPROVED' WHERE organization_id = $1`,
      `UPDATE pull_request_check SET status = 'FAILED' WHERE organization_id = $1`,
      `UPDATE session SET activity_state = 'ACTIVE' WHERE organization_id = $1 AND NOT is_terminated`,
      `UPDATE session SET activity_state = 'BLOCKED', branch = 'b' || num WHERE organization_id = $1 AND NOT is_terminated`,
      `DELETE FROM session s WHERE organization_id = $1 AND NOT EXISTS (SELECT FROM pull_request p WHERE p.session_id = s.id) AND num > 2`,
    ),
  }),
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** Takes a step. Some are refused, such as a claim of a merged pull request, and change nothing. */
async function take(team: Team, psql: Psql, chosen: Step): Promise<void> {
  if (chosen.act === 'psql') {
    await psql(chosen.sql, [uuidOf(team.id)]);
    return;
  }
  if (chosen.act === 'spawn') {
    await team.spawn();
    return;
  }
  const { organization } = await team.owner.query(Page, { slug: team.slug });
  const { owner } = team;
  if (chosen.act === 'refresh') {
    const number = at(NUMBERS, chosen.number);
    team.onGitHub(number, chosen.facts);
    const held = organization?.pullRequests.nodes.find((each) => each.number === number);
    if (held) await owner.query(mutations.RefreshPR, { input: { pullRequestId: held.id } });
    return;
  }
  const sessionId = at(organization?.sessions.nodes ?? [], chosen.session).id;
  switch (chosen.act) {
    case 'claim':
      await team.claim(sessionId, at(NUMBERS, chosen.number));
      return;
    case 'release': {
      const held = organization?.pullRequests.nodes.filter(({ session }) => session) ?? [];
      if (held.length === 0) return;
      const { id: pullRequestId, session } = at(held, chosen.number);
      await owner.query(mutations.ReleasePR, {
        input: { pullRequestId, sessionId: session?.id ?? sessionId },
      });
      return;
    }
    case 'report':
      await owner.query(mutations.ReportActivity, { input: { sessionId, state: chosen.state } });
      return;
    case 'rename':
      await owner.query(mutations.RenameSession, {
        input: { sessionId, displayName: `No. ${chosen.session}` },
      });
      return;
    case 'terminate':
      await owner.query(mutations.TerminateSession, { input: { sessionId } });
      return;
    case 'restore':
      await owner.query(mutations.RestoreSession, { input: { sessionId } });
  }
}

test.for(['WebSocket', 'an event stream'] as const)(
  'over %s, a page that applies events equals a fresh query after any acts, refreshes and writes of others',
  async (transport, { createTeam, app, psql }) => {
    const team = await createTeam();
    for (const number of NUMBERS) team.onGitHub(number);
    await team.spawn();
    await team.spawn({ mergePolicy: { terminateOnPrMerge: true } });
    const { cards, feedCursor } = await fetchPage(team);
    const stop = await by[transport](team, app, { after: feedCursor }, cards);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 20 }), async (steps) => {
        for (const each of steps) await take(team, psql, each);
        await expect.poll(async () => differences(cards, (await fetchPage(team)).cards)).toEqual([]);
      }),
      // Each run goes on where the last one ended, so a shorter run would prove nothing about a failed one.
      { numRuns: 10, endOnFailure: true },
    );
    await stop();
  },
);
