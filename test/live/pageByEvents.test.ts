/** A page that only applies the events of one subscription shows what a fresh query shows, field by field. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { type FormattedExecutionResult, print } from 'graphql';
import type { ActivityState } from '../../prisma/client/enums.ts';
import { graphql } from '../graphql/gql.ts';
import type { FreshPageQuery, PageEventsSubscription, PageSessionFragment } from '../graphql/graphql.ts';
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
      agents(first: 100) {
        nodes {
          id
        }
      }
      needsMe(first: 100) {
        totalCount
        nodes {
          reason
          since
          subject {
            id
          }
        }
      }
      orphanedPullRequests(first: 100) {
        totalCount
        nodes {
          id
          orphanedSince
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
          pullRequests(first: 100) {
            nodes {
              id
              orphanedSince
            }
          }
        }
        ... on PullRequest {
          ...PagePullRequest
          orphanedSince
        }
        ... on Agent {
          status
          failedAt
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

type Change = PageEventsSubscription['changes'];

/** What waits for a person: the reason and the time, by the id of the subject. */
type Waiting = Map<string, { reason: string; since: string }>;

/** The cards of a page by their ids, and what its list `needsMe` shows. */
type Shown = { cards: Map<string, object>; waiting: Waiting };

async function fetchPage(team: Team): Promise<Shown & { feedCursor: string }> {
  const { organization }: FreshPageQuery = await team.owner.query(Page, { slug: team.slug });
  if (!organization) throw new Error('The organization is gone.');
  const { sessions, pullRequests, feedCursor, needsMe, orphanedPullRequests } = organization;
  const cards: { id: string }[] = [...sessions.nodes, ...pullRequests.nodes];
  const waiting: Waiting = new Map();
  for (const { reason, since, subject } of needsMe.nodes)
    if (subject) waiting.set(subject.id, { reason, since });
  // What the test compares with the events is all that the other lists and numbers of the query say too.
  expect(waiting.size).toBe(needsMe.totalCount);
  const orphaned = needsMe.nodes.filter(({ reason }) => reason === 'PULL_REQUEST_ORPHANED');
  expect(orphanedPullRequests.totalCount).toBe(orphaned.length);
  expect(orphanedPullRequests.nodes).toEqual(
    orphaned.map(({ since, subject }) => ({ id: subject?.id, orphanedSince: since })),
  );
  return { feedCursor, cards: new Map(cards.map((card) => [card.id, card])), waiting };
}

function apply({ cards, waiting }: Shown, { entityId, entity }: Change): void {
  const wait = (id: string, reason: string, since: string | null) =>
    since === null ? waiting.delete(id) : waiting.set(id, { reason, since });
  const orphan = ({ id, orphanedSince }: { id: string; orphanedSince: string | null }) =>
    wait(id, 'PULL_REQUEST_ORPHANED', orphanedSince);
  if (entity === null) {
    cards.delete(entityId);
    waiting.delete(entityId);
    return;
  }
  switch (entity.__typename) {
    case 'Session': {
      const { __typename, pullRequests, ...card } = entity;
      cards.set(entityId, card);
      const { lane, laneSince, displayStatus } = card as PageSessionFragment;
      wait(entityId, displayStatus, lane === 'NEEDS_YOU' ? laneSince : null);
      for (const each of pullRequests.nodes) orphan(each);
      return;
    }
    case 'PullRequest': {
      const { __typename, orphanedSince, ...card } = entity;
      cards.set(entityId, card);
      orphan({ id: entityId, orphanedSince });
      return;
    }
    case 'Agent':
      wait(entityId, 'AGENT_FAILED', entity.failedAt);
      return;
    case 'PullRequestCheck':
    case 'PullRequestReviewThread': {
      const { pullRequest } = entity as unknown as { pullRequest: { id: string } };
      cards.set(pullRequest.id, pullRequest);
    }
  }
}

/** The cards and the entries of the list that are not the same. */
function differences(shown: Shown, fresh: Shown): { id: string; shown?: object; fresh?: object }[] {
  return (['cards', 'waiting'] as const).flatMap((part) =>
    [...new Set([...shown[part].keys(), ...fresh[part].keys()])]
      .map((id) => ({ id, shown: shown[part].get(id), fresh: fresh[part].get(id) }))
      .filter((pair) => !isDeepStrictEqual(pair.shown, pair.fresh)),
  );
}

const by = {
  WebSocket: async (team: Team, _app: TestApp, variables: object, page: Shown) => {
    const subscription = await team.owner.subscribe(Events, { organizationId: team.id, ...variables });
    void (async () => {
      for (let result = await subscription.next(); result; result = await subscription.next()) {
        if (result.data) apply(page, result.data.changes);
      }
    })();
    return () => subscription.stop();
  },
  'an event stream': async (team: Team, app: TestApp, variables: object, page: Shown) => {
    const stream = await openEventStream(app.url, team.owner.token, {
      query: print(Events),
      variables: { organizationId: team.id, ...variables },
    });
    void (async () => {
      try {
        for (;;) {
          const { data } = (await stream.result()).data as FormattedExecutionResult<unknown>;
          if (data) apply(page, (data as PageEventsSubscription).changes);
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
  fc.record({
    act: fc.constantFrom('spawn', 'rename', 'terminate', 'restore', 'employ', 'offboard'),
    session: fc.nat(5),
  }),
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
      `UPDATE pull_request SET session_id = NULL WHERE organization_id = $1 AND number < 3`,
      `UPDATE pull_request SET state = 'CLOSED' WHERE organization_id = $1 AND number > 2`,
      `UPDATE pull_request SET state = 'OPEN', is_draft = false WHERE organization_id = $1`,
      `UPDATE session SET is_terminated = NOT is_terminated, activity_state = 'EXITED' WHERE organization_id = $1 AND agent_id IS NULL`,
      `UPDATE agent SET status = 'ERROR', failure = 'out of memory' WHERE organization_id = $1 AND status = 'RUNNING'`,
      `UPDATE agent SET name = name || '.' WHERE organization_id = $1 AND length(name) < 90`,
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
  if (chosen.act === 'employ') {
    await team.employ();
    return;
  }
  const { organization } = await team.owner.query(Page, { slug: team.slug });
  const { owner } = team;
  if (chosen.act === 'offboard') {
    const agents = organization?.agents.nodes ?? [];
    if (agents.length > 0) await team.offboard(at(agents, chosen.session).id);
    return;
  }
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
    const { feedCursor, ...page } = await fetchPage(team);
    const stop = await by[transport](team, app, { after: feedCursor }, page);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 20 }), async (steps) => {
        for (const each of steps) await take(team, psql, each);
        await expect.poll(async () => differences(page, await fetchPage(team))).toEqual([]);
      }),
      // Each run goes on where the last one ended, so a shorter run would prove nothing about a failed one.
      { numRuns: 10, endOnFailure: true },
    );
    await stop();
  },
);
