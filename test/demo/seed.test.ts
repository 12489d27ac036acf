/** The demo's data: a person finds something in each place of a dashboard. */

import { type SessionLane as Lane, SessionLane } from '../../prisma/client/enums.ts';
import { seed } from '../../prisma/seed.ts';
import { demoPullRequests } from '../../src/github/demo.ts';
import { graphql } from '../graphql/gql.ts';
import { expect, test } from '../support/test.ts';

const it = test
  .extend('config', { scope: 'file' }, { scm: 'demo' })
  .extend(
    'token',
    { scope: 'file', auto: true },
    async ({ app }) =>
      (await seed(app.app.db, { pullRequestSource: demoPullRequests(), hasDemoPullRequests: true })) ?? '',
  );

const Demo = graphql(`
  query Demo {
    organization(slug: "demo") {
      laneCounts {
        lane
        count
      }
      sessions(first: 100) {
        nodes {
          displayStatus
          statusSince
          laneSince
          createdAt
          agent {
            name
          }
        }
      }
      agents(first: 100) {
        nodes {
          name
          status
          workspace {
            path
          }
          memory {
            totalCount
          }
        }
      }
      pullRequests(first: 100) {
        nodes {
          number
          state
          mergeability
          session {
            name
          }
        }
      }
      structureEvents(first: 100) {
        nodes {
          type
          payload
        }
      }
    }
  }
`);

it('the demo has sessions in every lane, and of every status that people tell apart', async ({
  app,
  token,
}) => {
  const { organization } = await app.client(token).query(Demo);
  const counts = new Map(organization?.laneCounts.map(({ lane, count }) => [lane, count]));
  for (const lane of Object.values(SessionLane) as Lane[]) expect(counts.get(lane)).toBeGreaterThan(2);
  const statuses = new Set(organization?.sessions.nodes.map(({ displayStatus }) => displayStatus));
  expect([...statuses]).toEqual(
    expect.arrayContaining([
      'NEEDS_INPUT',
      'EXITED',
      'NO_SIGNAL',
      'CI_FAILED',
      'CHANGES_REQUESTED',
      'MERGEABLE',
      'APPROVED',
      'MERGED',
      'REVIEW_PENDING',
      'DRAFT',
      'IDLE',
      'WORKING',
      'TERMINATED',
    ]),
  );
});

it('the standings of the demo have lasted as long as its story tells', async ({ app, token }) => {
  const { organization } = await app.client(token).query(Demo);
  const sessions = organization?.sessions.nodes ?? [];
  for (const { createdAt, statusSince, laneSince } of sessions) {
    expect(laneSince).toBe(statusSince);
    expect(statusSince >= createdAt).toBe(true);
  }
  expect(new Set(sessions.map(({ laneSince }) => laneSince)).size).toBeGreaterThan(5);
});

it('the demo has pull requests in every state, and one that was taken over', async ({ app, token }) => {
  const { organization } = await app.client(token).query(Demo);
  const pullRequests = organization?.pullRequests.nodes ?? [];
  expect(new Set(pullRequests.map(({ state }) => state))).toEqual(
    new Set(['OPEN', 'DRAFT', 'MERGED', 'CLOSED']),
  );
  expect(new Set(pullRequests.map(({ mergeability }) => mergeability)).size).toBe(5);
  expect(pullRequests.find(({ number }) => number === 120)?.session).toEqual({ name: 'rocket-25' });
  const takeovers = (organization?.structureEvents.nodes ?? []).filter(
    ({ payload }) => (payload as { from?: string }).from != null,
  );
  expect(takeovers).toHaveLength(1);
});

it('each agent of the demo has a seat in its tree and a memory, and one has left', async ({ app, token }) => {
  const { organization } = await app.client(token).query(Demo);
  const agents = organization?.agents.nodes ?? [];
  expect(agents).toHaveLength(12);
  for (const { name, workspace, memory } of agents) {
    expect(memory.totalCount).toBeGreaterThan(0);
    const seat = ['Rocket programme', expect.any(String), `${name}'s desk`];
    expect(workspace?.path).toEqual(seat);
  }
  expect(agents.filter(({ status }) => status === 'STOPPED')).toHaveLength(1);
});
