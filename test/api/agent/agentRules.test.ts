/** The database holds the rules of agents against programs that bypass the services. */

import { type Psql, uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

const STATUSES = ['PENDING', 'RUNNING', 'STOPPED', 'ERROR'] as const;
type Status = (typeof STATUSES)[number];

const ALLOWED: Record<Status, Status[]> = {
  PENDING: ['RUNNING', 'ERROR', 'STOPPED'],
  RUNNING: ['ERROR', 'STOPPED'],
  ERROR: ['STOPPED'],
  STOPPED: [],
};

async function agent(team: Team, psql: Psql, status: Status): Promise<string> {
  const [row] = await psql<{ id: string }>(
    `INSERT INTO agent (organization_id, name, role, status, hired_by_id, offboarded_at)
     VALUES ($1, 'Robin', 'reviewer', $2::agent_status, $3, CASE $2::text WHEN 'STOPPED' THEN now() END) RETURNING id`,
    [uuidOf(team.id), status, team.owner.userId],
  );
  return row?.id ?? '';
}

/** The outcome of a statement: `written`, or the violated rule by its constraint or its message. */
const written = async (psql: Psql, statement: string, values: unknown[] = []) =>
  await psql(statement, values).then(
    () => 'written',
    ({ constraint, message }) => constraint ?? message,
  );

const to = async (psql: Psql, id: string, status: Status) =>
  await written(
    psql,
    `UPDATE agent SET status = $2::agent_status, container_ref = NULL,
            offboarded_at = CASE $2::text WHEN 'STOPPED' THEN now() ELSE offboarded_at END WHERE id = $1`,
    [id, status],
  );

const hold = {
  repository: (team: Team, psql: Psql, id: string) =>
    written(
      psql,
      `INSERT INTO watched_repo (organization_id, agent_id, user_id, repo_owner, repo_name, repo_owner_key, repo_name_key)
       VALUES ($1, $2, $3, 'acme', 'rocket', 'acme', 'rocket')`,
      [uuidOf(team.id), id, team.owner.userId],
    ),
  session: (team: Team, psql: Psql, id: string) =>
    written(psql, 'INSERT INTO session (organization_id, project_id, agent_id) VALUES ($1, $2, $3)', [
      uuidOf(team.id),
      uuidOf(team.project.id),
      id,
    ]),
  token: (team: Team, psql: Psql, id: string) =>
    written(
      psql,
      `INSERT INTO token (organization_id, agent_id, label, prefix, hash)
       VALUES ($1, $2::uuid, 'test', 'mst', encode(sha256(gen_random_uuid()::text::bytea), 'hex'))`,
      [uuidOf(team.id), id],
    ),
};

describe.each(STATUSES)('the status of an agent that is %s', (from) => {
  it.for(STATUSES.filter((status) => status !== from))(
    'changes to %s only where the transition table allows it',
    async (status, { team, psql }) => {
      const id = await agent(team, psql, from);
      const outcome = await to(psql, id, status);
      if (ALLOWED[from].includes(status)) expect(outcome).toBe('written');
      else expect(outcome).toBe('agent_status_stays');
    },
  );
});

describe('the database', () => {
  it.for([
    ['PENDING', ['watched_repo_agent_check', 'session_agent_check', 'written']],
    ['RUNNING', ['written', 'written', 'written']],
    ['ERROR', ['watched_repo_agent_check', 'session_agent_check', 'token_agent_check']],
    ['STOPPED', ['watched_repo_agent_check', 'session_agent_check', 'token_agent_check']],
  ] as const)('allows only what an agent that is %s may hold', async ([status, expected], { team, psql }) => {
    const id = await agent(team, psql, status);
    expect([
      await hold.repository(team, psql, id),
      await hold.session(team, psql, id),
      await hold.token(team, psql, id),
    ]).toEqual(expected);
  });

  it.for(['ERROR', 'STOPPED'] as const)(
    'releases the repositories, sessions and tokens of an agent that becomes %s',
    async (status, { team, psql }) => {
      const id = await agent(team, psql, 'RUNNING');
      for (const take of Object.values(hold)) expect(await take(team, psql, id)).toBe('written');
      expect(await to(psql, id, status)).toBe('written');
      expect(
        await psql(
          `SELECT (SELECT count(*)::int FROM watched_repo WHERE agent_id = $1) AS repos,
                (SELECT count(*)::int FROM session WHERE agent_id = $1 AND NOT is_terminated) AS sessions,
                (SELECT count(*)::int FROM token WHERE agent_id = $1 AND revoked_at IS NULL) AS tokens`,
          [id],
        ),
      ).toEqual([{ repos: 0, sessions: 0, tokens: 0 }]);
    },
  );

  it('refuses to restore a session of an agent that is in ERROR', async ({ team, psql }) => {
    const id = await agent(team, psql, 'RUNNING');
    await hold.session(team, psql, id);
    await to(psql, id, 'ERROR');
    expect(await written(psql, 'UPDATE session SET is_terminated = false WHERE agent_id = $1', [id])).toBe(
      'session_agent_check',
    );
  });
});

describe('the database refuses an inconsistent row', () => {
  it.for([
    [`UPDATE agent SET status = 'STOPPED' WHERE id = $1`, 'agent_offboarded_check'],
    ['UPDATE agent SET offboarded_at = now() WHERE id = $1', 'agent_offboarded_check'],
    [`UPDATE agent SET name = '' WHERE id = $1`, 'agent_name_check'],
    [`UPDATE agent SET config = '[]' WHERE id = $1`, 'agent_config_check'],
    ['UPDATE agent SET template_agent_id = id WHERE id = $1', 'agent_stays'],
    ['UPDATE agent SET id = gen_random_uuid() WHERE id = $1', 'agent_stays'],
    ["UPDATE agent SET hired_at = now() - interval '1 day' WHERE id = $1", 'agent_stays'],
    ['DELETE FROM agent WHERE id = $1', 'agent_is_kept'],
    [`UPDATE agent SET status = 'ERROR', container_ref = 'c1' WHERE id = $1`, 'agent_container_check'],
    [
      `INSERT INTO watched_repo (organization_id, agent_id, user_id, repo_owner, repo_name, repo_owner_key, repo_name_key)
       SELECT organization_id, id, hired_by_id, 'Acme', 'rocket', 'Acme', 'rocket' FROM agent WHERE id = $1`,
      'watched_repo_owner_key_check',
    ],
    [
      `INSERT INTO watched_repo (organization_id, agent_id, user_id, repo_owner, repo_name, repo_owner_key, repo_name_key)
       SELECT organization_id, id, hired_by_id, '-acme', 'rocket', '-acme', 'rocket' FROM agent WHERE id = $1`,
      'watched_repo_shape_check',
    ],
    [
      `INSERT INTO token (organization_id, agent_id, user_id, label, prefix, hash)
       SELECT organization_id, id, hired_by_id, 'x', 'x', repeat('0', 64) FROM agent WHERE id = $1`,
      'token_holder_check',
    ],
    [
      `INSERT INTO token (agent_id, label, prefix, hash) SELECT id, 'x', 'x', repeat('0', 64) FROM agent WHERE id = $1`,
      'token_agent_reach_check',
    ],
  ] as const)('%s', async ([statement, rule], { team, psql }) => {
    expect(await written(psql, statement, [await agent(team, psql, 'RUNNING')])).toBe(rule);
  });

  it('a watched repository of another user or another organization than the agent has', async ({
    team,
    psql,
    createTeam,
  }) => {
    const id = await agent(team, psql, 'RUNNING');
    const bob = await team.join('MEMBER');
    const other = await createTeam();
    const insert = (organizationId: string, userId: string) =>
      written(
        psql,
        `INSERT INTO watched_repo (organization_id, agent_id, user_id, repo_owner, repo_name, repo_owner_key, repo_name_key)
         VALUES ($1, $2, $3, 'acme', 'rocket', 'acme', 'rocket')`,
        [uuidOf(organizationId), id, userId],
      );
    expect(await insert(team.id, bob.userId)).toBe('watched_repo_agent_fkey');
    expect(await insert(other.id, team.owner.userId)).toBe('watched_repo_agent_fkey');
  });
});
