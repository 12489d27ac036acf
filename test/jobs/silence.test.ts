/** Sessions without any signal are marked silent, once, and the feed has the change. */

import { globalId } from '../../src/value/globalId.ts';
import { graphql } from '../graphql/gql.ts';
import { until } from '../support/feed.ts';
import { ReportActivity, UpdateProject } from '../support/mutations.ts';
import { refused, succeeded } from '../support/outcome.ts';
import { type Psql, uuidOf } from '../support/psql.ts';
import type { Team, TeamAgent } from '../support/team.ts';
import { expect, test } from '../support/test.ts';

const LastHeard = graphql(`
  query LastHeard($id: ID!) {
    node(id: $id) {
      ... on Session {
        displayStatus
        lastHeardAt
        severeSilenceAt
      }
    }
  }
`);

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

it('only live sessions of agents that should report and do not are marked silent', async ({
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
    await session(team, agent, psql, 16 * 60, { activity_state: 'BLOCKED' }),
    await session(team, agent, psql, 16 * 60, { activity_state: 'EXITED' }),
    await session(team, agent, psql, 16 * 60, { last_heard_at: new Date(Date.now() - 14 * 60_000) }),
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

/** What the board shows of the session, and its marks. */
async function shown(psql: Psql, id: string) {
  const [row] = await psql<{ status: string; isSilent: boolean; isSevere: boolean }>(
    `SELECT display_status AS status, no_signal_at IS NOT NULL AS "isSilent", severe_silence_at IS NOT NULL AS "isSevere"
       FROM session JOIN session_standing ON session_id = id WHERE id = $1`,
    [id],
  );
  return row;
}

const heard = (minutesAgo: number) => ({
  first_signal_at: new Date(Date.now() - 3 * 3_600_000),
  last_heard_at: new Date(Date.now() - minutesAgo * 60_000),
});

it('a session that works or waits for work is NO_SIGNAL after 15 minutes without a report, and severely so after 60', async ({
  team,
  agent,
  psql,
}) => {
  const working = await session(team, agent, psql, 7200, { activity_state: 'ACTIVE', ...heard(16) });
  const idle = await session(team, agent, psql, 7200, heard(61));
  const fresh = await session(team, agent, psql, 7200, { activity_state: 'ACTIVE', ...heard(14) });
  await until(async () => (await silent(psql)).filter((id) => id === working || id === idle).length === 2);
  expect(await shown(psql, working)).toEqual({ status: 'NO_SIGNAL', isSilent: true, isSevere: false });
  expect(await shown(psql, idle)).toEqual({ status: 'NO_SIGNAL', isSilent: true, isSevere: true });
  expect(await shown(psql, fresh)).toEqual({ status: 'WORKING', isSilent: false, isSevere: false });
});

it('the limits are those of the project: other limits change what is silent', async ({
  team,
  agent,
  psql,
}) => {
  const limit = async (silentAfterMinutes: number, severelySilentAfterMinutes: number) => {
    const { updateProject } = await team.owner.query(UpdateProject, {
      input: { projectId: team.project.id, silentAfterMinutes, severelySilentAfterMinutes },
    });
    return updateProject;
  };
  const id = await session(team, agent, psql, 7200, { activity_state: 'ACTIVE', ...heard(16) });
  await until(async () => (await silent(psql)).includes(id));
  succeeded(await limit(20, 60));
  expect(await shown(psql, id)).toEqual({ status: 'WORKING', isSilent: false, isSevere: false });
  succeeded(await limit(5, 10));
  await until(async () => (await shown(psql, id))?.isSevere === true);
  expect(refused(await limit(10, 5))).toMatchObject({ code: 'INVALID_INPUT' });
});

it('a report ends the silence, and counts as heard even when it says nothing new', async ({
  team,
  agent,
  psql,
}) => {
  const id = await session(team, agent, psql, 7200, { activity_state: 'ACTIVE', ...heard(70) });
  await until(async () => (await shown(psql, id))?.isSevere === true);
  const sessionId = globalId('Session', id);
  const report = async (state: 'ACTIVE' | 'BLOCKED' | 'IDLE') => {
    const { reportActivity } = await agent.query(ReportActivity, { input: { sessionId, state } });
    return succeeded(reportActivity);
  };
  await report('ACTIVE');
  expect(await shown(psql, id)).toEqual({ status: 'WORKING', isSilent: false, isSevere: false });
  await report('BLOCKED');
  await psql(`UPDATE session SET last_heard_at = now() - interval '2 hours' WHERE id = $1`, [id]);
  expect((await report('IDLE')).ignored).toBe(true);
  const { node } = await team.owner.query(LastHeard, { id: sessionId });
  expect(node).toMatchObject({ displayStatus: 'NEEDS_INPUT' });
  const lastHeardAt = node && 'lastHeardAt' in node ? Date.parse(String(node.lastHeardAt)) : 0;
  expect(Date.now() - lastHeardAt).toBeLessThan(60 * 60_000);
});
