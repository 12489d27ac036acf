/** Sessions without any signal are marked silent, once, and the feed has the change. */

import { globalId } from '../../src/globalId.ts';
import { until } from '../support/feed.ts';
import { type Psql, uuidOf } from '../support/psql.ts';
import type { Team, TeamAgent } from '../support/team.ts';
import { expect, test } from '../support/test.ts';

const it = test
  .extend('config', { scope: 'file' }, { tuning: { everySeconds: { 'session.silence': 1 } } })
  .extend('agent', async ({ team }) => await team.hire());

/** Inserts a session of the agent, last active this long ago, with the given columns. */
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

/** Waits until the job has run twice from its beginning. */
async function twoRuns(psql: Psql): Promise<void> {
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

it('a silent session is updated once, by the system', async ({ team, agent, psql }) => {
  const id = await session(team, agent, psql, 91);
  await until(async () => (await silent(psql)).includes(id));
  await twoRuns(psql);
  const changes = await team.changes({ types: ['SESSION_UPDATED'] });
  expect(changes).toMatchObject([
    {
      entityId: globalId('Session', id),
      payload: { changed: ['noSignalAt'] },
      actor: { kind: 'SYSTEM', name: 'session.silence' },
      requestId: null,
    },
  ]);
});

it('only idle, live sessions of agents without a signal or a pull request are marked silent', async ({
  team,
  agent,
  psql,
}) => {
  // One transaction, so that the job cannot run in between.
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
  await twoRuns(psql);
  expect((await silent(psql)).filter((id) => others.includes(id))).toEqual([]);
});

it('a locked session is marked silent as soon as it is unlocked', async ({ team, agent, psql }) => {
  const locked = await session(team, agent, psql, 91 - 60);
  await psql('BEGIN');
  await psql("UPDATE session SET activity_last_at = now() - interval '91 seconds' WHERE id = $1", [locked]);
  await twoRuns(psql);
  await psql('COMMIT');
  await until(async () => (await silent(psql)).includes(locked));
});
