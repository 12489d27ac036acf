/** executionWorkspaceChanged: one event for each act. */
import {
  addNote,
  close,
  failCleanup,
  idle,
  reopen,
  requestReview,
  retryCleanup,
} from '../api/executionWorkspace/acts.ts';
import { graphql } from '../graphql/gql.ts';
import { succeeded } from '../support/outcome.ts';
import type { Team } from '../support/team.ts';
import { expect, it } from '../support/test.ts';

const ExecutionWorkspaceChanged = graphql(`
  subscription ExecutionWorkspaceChanged($organizationId: ID!, $after: String, $id: ID) {
    executionWorkspaceChanged(organizationId: $organizationId, after: $after, id: $id) {
      type
      requestId
      executionWorkspace {
        id
        status
      }
    }
  }
`);

const Cursor = graphql(`
  query ExecutionWorkspaceFeedCursor($slug: String!) {
    organization(slug: $slug) {
      feedCursor
    }
  }
`);

async function listen(team: Team, id?: string) {
  const { organization } = await team.owner.query(Cursor, { slug: team.slug });
  return await team.owner.subscribe(ExecutionWorkspaceChanged, {
    organizationId: team.id,
    after: organization?.feedCursor,
    id,
  });
}

it('a subscriber receives one event for each act, with the request of the act', async ({ team, psql }) => {
  const subscription = await listen(team);
  const next = async () => (await subscription.event()).executionWorkspaceChanged;
  const { id } = await team.openExecutionWorkspace();
  expect(await next()).toMatchObject({ type: 'EXECUTION_WORKSPACE_OPENED', executionWorkspace: { id } });

  const acts = [
    [() => idle(team, { id }), 'UPDATED', 'IDLE'],
    [() => requestReview(team, { id }), 'UPDATED', 'IN_REVIEW'],
    [() => close(team, { id }), 'CLOSED', 'ARCHIVED'],
    [() => addNote(team.owner, id), 'UPDATED', 'ARCHIVED'],
    [() => reopen(team, { id }), 'REOPENED', 'ACTIVE'],
    [() => close(team, { id }), 'CLOSED', 'ARCHIVED'],
  ] as const;
  for (const [act, type, status] of acts) {
    const { requestId } = succeeded(await act());
    expect(await next()).toEqual({
      type: `EXECUTION_WORKSPACE_${type}`,
      requestId,
      executionWorkspace: { id, status },
    });
  }

  await failCleanup(psql, id);
  expect(await next()).toMatchObject({ type: 'EXECUTION_WORKSPACE_UPDATED', requestId: null });
  const { requestId } = succeeded(await retryCleanup(team, { id }));
  expect(await next()).toMatchObject({
    type: 'EXECUTION_WORKSPACE_UPDATED',
    requestId,
    executionWorkspace: { status: 'ARCHIVED' },
  });

  // The next event of the feed is that of the next act, so no act caused a second one.
  const other = await team.openExecutionWorkspace();
  expect(await next()).toMatchObject({
    type: 'EXECUTION_WORKSPACE_OPENED',
    executionWorkspace: { id: other.id },
  });
});

it('an act that changes nothing causes no event', async ({ team }) => {
  const { id } = await team.openExecutionWorkspace();
  succeeded(await idle(team, { id }));
  const { requestId } = succeeded(await idle(team, { id }));
  expect(await team.changes({ requestId })).toEqual([]);
});

it('with id a subscriber receives only changes of that execution workspace', async ({ team }) => {
  const { id } = await team.openExecutionWorkspace();
  const other = await team.openExecutionWorkspace();
  const subscription = await listen(team, id);
  succeeded(await idle(team, { id: other.id }));
  succeeded(await close(team, { id }));
  expect((await subscription.event()).executionWorkspaceChanged).toMatchObject({
    type: 'EXECUTION_WORKSPACE_CLOSED',
    executionWorkspace: { id },
  });
});

it('the session of an opening changes in the same request', async ({ team }) => {
  const session = await team.spawn();
  const cursor = await listen(team);
  const { id } = await team.openExecutionWorkspace({ sessionId: session.id });
  const { requestId } = (await cursor.event()).executionWorkspaceChanged;
  const changes = await team.changes({ requestId: requestId ?? undefined });
  expect(changes).toMatchObject([
    { type: 'EXECUTION_WORKSPACE_OPENED', entityId: id, payload: { row: { session: session.id } } },
    {
      type: 'SESSION_UPDATED',
      entityId: session.id,
      payload: { changed: ['executionWorkspace'], row: { executionWorkspace: id } },
    },
  ]);
});
