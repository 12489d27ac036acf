/** What a session shows of its agent, its launch and its signals: the same whoever tells it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { graphql } from '../../graphql/gql.ts';
import { session, writeSessions } from '../../support/board.ts';
import { uuidOf } from '../../support/psql.ts';
import type { Team, TeamAgent } from '../../support/team.ts';
import { startWork, type Work } from '../../support/work.ts';

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

let work: Work;
let team: Team;
let agent: TeamAgent;
beforeAll(async () => {
  work = await startWork();
  team = await work.createTeam();
  agent = await team.hire();
});
afterAll(() => work.close());

it('of a person has no agent, and no signal', async () => {
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

it('of an agent is shown by a query as it is told by the feed', async () => {
  const [id = ''] = await writeSessions(work.psql, team, agent, [session({ hasAgent: true })]);
  await work.psql('UPDATE session SET no_signal_at = now(), terminate_on_pr_merge = true WHERE id = $1', [
    uuidOf(id),
  ]);
  const read = async () => (await team.owner.query(RunOf, { id })).node;
  const told = async () => {
    const all = await team.changes({ types: ['SESSION_UPDATED'] });
    return all.filter(({ entityId }) => entityId === id).at(-1)?.payload;
  };
  for (const assignment of ['branch = branch', 'no_signal_at = NULL, first_signal_at = now()']) {
    await work.psql(`UPDATE session SET ${assignment} WHERE id = $1`, [uuidOf(id)]);
    const shown = await read();
    if (!shown || !('agent' in shown)) throw new Error('The session is not there.');
    expect(shown.agent).toEqual({ id: agent.id, name: 'Robin' });
    expect(await told()).toMatchObject({ row: { ...shown, agent: shown.agent?.id } });
  }
});
