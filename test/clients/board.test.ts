/** The board in the normalised caches of Relay, urql and Apollo Client. One subscription keeps every card right. */
import { print } from 'graphql';
import { ReleasePR, ReportActivity } from '../support/mutations.ts';
import { succeeded } from '../support/outcome.ts';
import { startProxy } from '../support/proxy.ts';
import { type Psql, uuidOf } from '../support/psql.ts';
import type { Team } from '../support/team.ts';
import { describe, expect, it } from '../support/test.ts';
import { runBoard as runApollo } from './apollo/board.ts';
import type { Board, RunBoard } from './board.ts';
import { BoardChanges, BoardPage } from './documents.ts';
import { runBoard as runRelay } from './relay/board.ts';
import { createResumingClient } from './resumingClient.ts';
import { runBoard as runUrql } from './urql/board.ts';

const CLIENTS: { client: string; run: RunBoard }[] = [
  { client: 'Relay', run: runRelay },
  { client: 'urql', run: runUrql },
  { client: 'Apollo Client', run: runApollo },
];

/** Runs a board whose first sessions do not fit on one page. */
async function start(run: RunBoard, url: string, team: Team) {
  const errors: unknown[] = [];
  const board = await run(url, team.owner.token, team.slug, {
    pageSize: 2,
    onError: (error) => errors.push(error),
  });
  return { board, errors };
}

/** The cards as a new query answers them. */
async function answered(team: Team) {
  const { organization } = await team.owner.query(BoardPage, { slug: team.slug, first: 100 });
  return organization?.sessions.nodes ?? [];
}

/** The cards of a client's cache, without what the client adds for itself. */
const cached = (board: Board): unknown =>
  JSON.parse(JSON.stringify(board.cards(), (key, value) => (key.startsWith('__') ? undefined : value)));

/** Acts, and waits until the cache equals a new query, in which the act has changed something. */
async function follow(board: Board, team: Team, act: () => Promise<unknown>) {
  const before = await answered(team);
  await act();
  const after = await answered(team);
  expect(after).not.toEqual(before);
  await expect.poll(() => cached(board)).toEqual(after);
  return after;
}

const rename = (psql: Psql, sessionId: string, name: string) =>
  psql('UPDATE session SET display_name = $2 WHERE id = $1', [uuidOf(sessionId), name]);

describe.each(CLIENTS)('with $client', ({ run }) => {
  it('one subscription keeps every card as a new query answers it', async ({ app, team, psql }) => {
    team.onGitHub(1);
    team.onGitHub(2);
    const agent = await team.employ();
    const first = await team.spawn({ agentId: agent.id });
    const second = await team.spawn();
    const idle = await team.spawn({ agentId: agent.id });
    const newest = await team.spawn();
    await team.claim(first.id, 1);

    const { board, errors } = await start(run, app.url, team);
    expect(cached(board)).toEqual(await answered(team));
    const act = (action: () => Promise<unknown>) => follow(board, team, action);
    const laneOf = async (sessionId: string) =>
      (await answered(team)).find(({ id }) => id === sessionId)?.lane;

    // A new session, which then gets a pull request.
    const spawned = await team.spawn();
    await act(() => team.claim(spawned.id, 2));
    // Takeovers. The second is from a session none of whose own fields change.
    await act(() => team.claim(second.id, 1));
    const { pullRequest } = succeeded(await team.claim(second.id, 1));
    await act(() => team.terminate(spawned.id));
    await act(() => team.claim(first.id, 2));
    // From lane to lane: by an act, and by another program.
    await act(() =>
      team.owner.query(ReportActivity, { input: { sessionId: idle.id, state: 'WAITING_INPUT' } }),
    );
    expect(await laneOf(idle.id)).toBe('NEEDS_YOU');
    await act(() =>
      psql(`UPDATE pull_request SET mergeability = 'CONFLICTING' WHERE id = $1`, [uuidOf(pullRequest.id)]),
    );
    expect(await laneOf(second.id)).toBe('NEEDS_YOU');
    await act(async () => {
      const input = { pullRequestId: pullRequest.id, sessionId: second.id };
      succeeded((await team.owner.query(ReleasePR, { input })).releasePR);
    });
    expect(await laneOf(second.id)).toBe('WORKING');
    // What several cards show.
    await act(() => psql(`UPDATE agent SET name = 'Wren' WHERE id = $1`, [uuidOf(agent.id)]));
    // Two sessions are gone.
    await act(() =>
      psql('DELETE FROM session WHERE id = ANY($1::uuid[])', [[idle, newest].map(({ id }) => uuidOf(id))]),
    );

    expect(errors).toEqual([]);
    board.close();
  });

  it('the subscription continues after a cut of its connection', async ({ app, team, psql }) => {
    const session = await team.spawn();
    await using proxy = await startProxy(app.url);
    const { board, errors } = await start(run, proxy.url, team);
    await follow(board, team, () => rename(psql, session.id, 'before'));
    proxy.leadTo(undefined);
    proxy.cut();
    await follow(board, team, async () => {
      await rename(psql, session.id, 'unheard of');
      await team.spawn();
      proxy.leadTo(app.url);
    });
    expect(errors).toEqual([]);
    board.close();
  });
});

it('each event arrives once although the connection is cut', async ({ app, team, psql }) => {
  const session = await team.spawn();
  const { organization } = await team.owner.query(BoardPage, { slug: team.slug, first: 1 });
  await using proxy = await startProxy(app.url);
  const client = createResumingClient(proxy.url, team.owner.token);
  const events = client.iterate<{ changes: { payload: { row: { displayName: string } } } }>({
    query: print(BoardChanges),
    variables: { organizationId: team.id, after: organization?.sessions.feedCursor },
  });
  const next = async () => (await events.next()).value?.data?.changes.payload.row.displayName;
  // The session may get its position after the page was read. Its creation is delivered then, without a name.
  const heard = async () => (await next()) ?? (await next());

  const names = ['first', 'second', 'third', 'fourth'];
  for (const name of names) {
    await rename(psql, session.id, name);
    expect(await heard()).toBe(name);
    proxy.cut();
  }
  await rename(psql, session.id, 'last');
  expect(await heard()).toBe('last');
  await events.return?.();
  await client.dispose();
});
