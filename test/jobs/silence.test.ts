/** Sessions without any signal are marked silent, once, and the feed has the change. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { globalId } from '../../src/globalId.ts';
import { until } from '../support/feed.ts';
import { uuidOf } from '../support/psql.ts';
import type { Team, TeamAgent } from '../support/team.ts';
import { startWork, type Work } from '../support/work.ts';

let work: Work;
beforeAll(async () => {
  work = await startWork({ everySeconds: { 'session.silence': 1 } });
});
afterAll(() => work.close());

let team: Team;
let agent: TeamAgent;
beforeEach(async () => {
  team = await work.createTeam();
  agent = await team.hire();
});

/** Inserts a session of the agent, last active this long ago, with the given columns. */
async function session(secondsAgo: number, columns: Record<string, unknown> = {}): Promise<string> {
  const row = { agent_id: uuidOf(agent.id), ...columns };
  const [made] = await work.psql<{ id: string }>(
    `INSERT INTO session (organization_id, project_id, activity_last_at, ${Object.keys(row).join(', ')})
     VALUES ($1, $2, now() - make_interval(secs => $3), ${Object.keys(row).map((_, at) => `$${at + 4}`)}) RETURNING id`,
    [uuidOf(team.id), uuidOf(team.project.id), secondsAgo, ...Object.values(row)],
  );
  return made?.id ?? '';
}

const silent = async () =>
  (await work.psql<{ id: string }>('SELECT id FROM session WHERE no_signal_at IS NOT NULL')).map(
    ({ id }) => id,
  );

/** Waits until the job has run twice from its beginning. */
async function twoRuns(): Promise<void> {
  const [last] = await work.psql<{ at: Date }>('SELECT now() AS at');
  await until(
    async () =>
      (
        await work.psql(
          "SELECT FROM pgboss.job WHERE name = 'session.silence' AND state = 'completed' AND started_on > $1",
          [last?.at],
        )
      ).length >= 2,
  );
}

it('a silent session is updated once, by the system', async () => {
  const id = await session(91);
  await until(async () => (await silent()).includes(id));
  await twoRuns();
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

it('only idle, live sessions of agents without a signal or a pull request are marked silent', async () => {
  // One transaction, so that the job cannot run in between.
  await work.psql('BEGIN');
  const claimed = await session(91);
  await work.psql(
    `INSERT INTO pull_request (organization_id, session_id, host, repo_owner, repo_name, repo_owner_key, repo_name_key, number, url)
     VALUES ($1, $2, 'github.com', 'o', 'r', 'o', 'r', 1, 'https://github.com/o/r/pull/1')`,
    [uuidOf(team.id), claimed],
  );
  await work.psql('COMMIT');
  const others = [
    claimed,
    await session(60),
    await session(91, { agent_id: null }),
    await session(91, { first_signal_at: new Date() }),
    await session(91, { activity_state: 'ACTIVE' }),
    await session(91, { is_terminated: true, activity_state: 'EXITED' }),
  ];
  const silentOne = await session(91);
  await until(async () => (await silent()).includes(silentOne));
  await twoRuns();
  expect((await silent()).filter((id) => others.includes(id))).toEqual([]);
});

it('a locked session is marked silent as soon as it is unlocked', async () => {
  const locked = await session(91 - 60);
  await work.psql('BEGIN');
  await work.psql("UPDATE session SET activity_last_at = now() - interval '91 seconds' WHERE id = $1", [
    locked,
  ]);
  await twoRuns();
  await work.psql('COMMIT');
  await until(async () => (await silent()).includes(locked));
});
