/** What speaks against a close: as a field, and as the refusal of the close. */
import { graphql } from '../../graphql/gql.ts';
import { RefreshPR } from '../../support/mutations.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';
import { close, reopen } from './acts.ts';

const ReadinessOf = graphql(`
  query ReadinessOf($id: ID!) {
    node(id: $id) {
      ... on ExecutionWorkspace {
        closeReadiness {
          ...Readiness
        }
      }
    }
  }
`);

async function readinessOf(team: Team, id: string) {
  const { node } = await team.owner.query(ReadinessOf, { id });
  return node && 'closeReadiness' in node ? node.closeReadiness : undefined;
}

const READY = { state: 'READY', blockingReasons: [], warnings: [], plannedActions: ['ARCHIVE_RECORD'] };

/** An execution workspace whose session has claimed a pull request and ended. */
async function withPullRequest(team: Team, facts: object = {}) {
  const session = await team.spawn();
  const { id } = await team.openExecutionWorkspace({ sessionId: session.id });
  team.onGitHub(7);
  const { pullRequest } = succeeded(await team.claim(session.id, 7));
  await team.terminate(session.id);
  team.onGitHub(7, facts);
  const { refreshPR } = await team.owner.query(RefreshPR, { input: { pullRequestId: pullRequest.id } });
  succeeded(refreshPR);
  return id;
}

it('an execution workspace without sessions is READY', async ({ team }) => {
  const { id } = await team.openExecutionWorkspace();
  expect(await readinessOf(team, id)).toEqual(READY);
});

it('a closed one has no readiness, and a reopened one has', async ({ team }) => {
  const { id } = await team.openExecutionWorkspace();
  succeeded(await close(team, { id }));
  expect(await readinessOf(team, id)).toBeNull();
  succeeded(await reopen(team, { id }));
  expect(await readinessOf(team, id)).toEqual(READY);
});

it.for(['ISOLATED_WORKSPACE', 'SHARED_WORKSPACE', 'CLOUD_SANDBOX'] as const)(
  'a live session blocks the close in the mode %s, whatever is accepted',
  async (mode, { team }) => {
    const session = await team.spawn();
    const { id } = await team.openExecutionWorkspace({ sessionId: session.id, mode });
    const blocked = { ...READY, state: 'BLOCKED', blockingReasons: ['LIVE_SESSION'] };
    expect(await readinessOf(team, id)).toEqual(blocked);
    const before = await team.footprint();
    expect(refused(await close(team, { id, acceptWarnings: true }))).toMatchObject({
      code: 'CLOSE_BLOCKED',
      readiness: blocked,
    });
    expect(await team.footprint()).toEqual(before);

    await team.terminate(session.id);
    expect(await readinessOf(team, id)).toEqual(READY);
    succeeded(await close(team, { id }));
  },
);

describe('a pull request that is', () => {
  it('open is a warning, which the close must accept', async ({ team }) => {
    const id = await withPullRequest(team);
    const readiness = { ...READY, state: 'READY_WITH_WARNINGS', warnings: ['PULL_REQUEST_OPEN'] };
    expect(await readinessOf(team, id)).toEqual(readiness);
    const before = await team.footprint();
    expect(refused(await close(team, { id }))).toMatchObject({ code: 'CLOSE_BLOCKED', readiness });
    expect(await team.footprint()).toEqual(before);
    const { executionWorkspace } = succeeded(await close(team, { id, acceptWarnings: true }));
    expect(executionWorkspace.status).toBe('ARCHIVED');
  });

  it('merged is no warning', async ({ team }) => {
    expect(await readinessOf(team, await withPullRequest(team, { state: 'MERGED' }))).toEqual(READY);
  });

  it('closed without a merge is a warning', async ({ team }) => {
    expect(await readinessOf(team, await withPullRequest(team, { state: 'CLOSED' }))).toMatchObject({
      state: 'READY_WITH_WARNINGS',
      warnings: ['PULL_REQUEST_UNMERGED'],
    });
  });
});
