/** The agent, launch and signals of a session: a query and the feed return the same values. */

import { graphql } from '../../graphql/gql.ts';
import { expectKeptStandings, session, writeSessions } from '../../support/board.ts';
import { uuidOf } from '../../support/psql.ts';
import { expect, test } from '../../support/test.ts';

const RunOf = graphql(`
  query RunOf($id: ID!) {
    node(id: $id) {
      ... on Session {
        agent {
          id
          name
        }
        activityLastAt
        firstSignalAt
        noSignalAt
        launchId
        mergePolicy {
          terminateOnPrMerge
        }
      }
    }
  }
`);

const it = test.extend('agent', { scope: 'file' }, async ({ sharedTeam: team }) => await team.hire());

it.afterEach(({ psql }) => expectKeptStandings(psql));

it('a session of a user has no agent and no signal times', async ({ sharedTeam: team }) => {
  const { id } = await team.spawn();
  const { node } = await team.owner.query(RunOf, { id });
  expect(node).toEqual({
    agent: null,
    activityLastAt: expect.any(String),
    firstSignalAt: null,
    noSignalAt: null,
    launchId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    mergePolicy: { terminateOnPrMerge: false },
  });
});

it('a session of an agent has the same fields in a query and in the feed', async ({
  sharedTeam: team,
  agent,
  psql,
}) => {
  const [id = ''] = await writeSessions(psql, team, agent, [session({ hasAgent: true })]);
  await psql('UPDATE session SET no_signal_at = now(), terminate_on_pr_merge = true WHERE id = $1', [
    uuidOf(id),
  ]);
  const read = async () => (await team.owner.query(RunOf, { id })).node;
  const inFeed = async () => {
    const all = await team.changes({ types: ['SESSION_UPDATED'] });
    return all.filter(({ entityId }) => entityId === id).at(-1)?.payload;
  };
  for (const assignment of ['branch = branch', 'no_signal_at = NULL, first_signal_at = now()']) {
    await psql(`UPDATE session SET ${assignment} WHERE id = $1`, [uuidOf(id)]);
    const shown = await read();
    if (!shown || !('agent' in shown)) throw new Error('The session is not there.');
    expect(shown.agent).toEqual({ id: agent.id, name: 'Robin' });
    expect(await inFeed()).toMatchObject({ row: { ...shown, agent: shown.agent?.id } });
  }
});
