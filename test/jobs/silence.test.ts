/** Sessions that nothing was ever heard of are noted as silent, once, and everybody hears of it. */

import { globalId } from '../../src/globalId.ts';
import { until } from '../support/feed.ts';
import { type Psql, uuidOf } from '../support/psql.ts';
import type { Team, TeamAgent } from '../support/team.ts';
import { expect, test } from '../support/test.ts';

const it = test
  .extend('config', { scope: 'file' }, { tuning: { everySeconds: { 'session.silence': 1 } } })
  .extend('agent', async ({ team }) => await team.hire());

/** A session of the agent that was last active so long ago; other columns as they are given. */
async function session(
  team: Team,
  agent: TeamAgent,
  psql: Psql,
  secondsAgo: number,
  columns: Record<string, unknown> = {},
): Promise<string> {
  const row = { agent_id: uuidOf(agent.id), ...columns };
  const [made] = await psql<{ id: string }>(
    `INSERT INTO session (organization_id, project_id, activity_last_at, ${Object.keys(row).join(', ')})
     VALUES ($1, $2, now() - make_interval(secs => $3), ${Object.keys(row).map((_, at) => `$${at + 4}`)}) RETURNING id`,
    [uuidOf(team.id), uuidOf(team.project.id), secondsAgo, ...Object.values(row)],
  );
  return made?.id ?? '';
}

const silent = async (psql: Psql) =>
  (await psql<{ id: string }>('SELECT id FROM session WHERE no_signal_at IS NOT NULL')).map(({ id }) => id);

/** Two more looks have been taken, from their beginning. */
async function looks(psql: Psql): Promise<void> {
  const [last] = await psql<{ at: Date }>('SELECT now() AS at');
  await until(
    async () =>
      (
        await psql(
          "SELECT FROM pgboss.job WHERE name = 'session.silence' AND state = 'completed' AND started_on > $1",
          [last?.at],
        )
      ).length >= 2,
  );
}

it('is heard as an update by the system, once', async ({ team, agent, psql }) => {
  const id = await session(team, agent, psql, 91);
  await until(async () => (await silent(psql)).includes(id));
  await looks(psql);
  const changes = await team.changes({ types: ['SESSION_UPDATED'] });
  expect(changes).toMatchObject([
    {
      entityId: globalId('Session', id),
      payload: { changed: ['noSignalAt'] },
      actor: { kind: 'SYSTEM', id: null, name: 'session.silence' },
      requestId: null,
    },
  ]);
});

it('is not noted where there is nothing to note', async ({ team, agent, psql }) => {
  // Made and claimed at once: nobody looks in between.
  await psql('BEGIN');
  const claimed = await session(team, agent, psql, 91);
  await psql(
    `INSERT INTO pull_request (organization_id, session_id, host, repo_owner, repo_name, repo_owner_key, repo_name_key, number, url)
     VALUES ($1, $2, 'github.com', 'o', 'r', 'o', 'r', 1, 'https://github.com/o/r/pull/1')`,
    [uuidOf(team.id), claimed],
  );
  await psql('COMMIT');
  const others = [
    claimed,
    await session(team, agent, psql, 60),
    await session(team, agent, psql, 91, { agent_id: null }),
    await session(team, agent, psql, 91, { first_signal_at: new Date() }),
    await session(team, agent, psql, 91, { activity_state: 'ACTIVE' }),
    await session(team, agent, psql, 91, { is_terminated: true, activity_state: 'EXITED' }),
  ];
  const silentOne = await session(team, agent, psql, 91);
  await until(async () => (await silent(psql)).includes(silentOne));
  await looks(psql);
  expect((await silent(psql)).filter((id) => others.includes(id))).toEqual([]);
});

it('is noted of a session that is locked as soon as it is not', async ({ team, agent, psql }) => {
  const locked = await session(team, agent, psql, 91 - 60);
  await psql('BEGIN');
  await psql("UPDATE session SET activity_last_at = now() - interval '91 seconds' WHERE id = $1", [locked]);
  await looks(psql);
  await psql('COMMIT');
  await until(async () => (await silent(psql)).includes(locked));
});
