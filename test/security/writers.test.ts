/** Other programs at the database: in any configuration, the feed captures what they write, and the rules hold. */
import { randomBytes } from 'node:crypto';
import type { TestDatabase } from '../support/database.ts';
import { succeeded } from '../support/outcome.ts';
import { openPsql, type Psql, uuidOf } from '../support/psql.ts';
import type { Team } from '../support/team.ts';
import { describe, expect, test } from '../support/test.ts';

const it = test.extend('session', async ({ team }) => await team.spawn());

/** A connection of its own, on which these statements ran first. */
async function writer(database: TestDatabase, ...setUp: string[]): Promise<Psql> {
  const psql = await openPsql(database.url);
  for (const statement of setUp) await psql(statement);
  return psql;
}

/** Writes to every captured table, with qualified names. */
async function writeEverything(team: Team, session: { id: string }, psql: Psql): Promise<string[]> {
  const organizationId = uuidOf(team.id);
  const pullRequestId = await pullRequest(team, session);
  const other = await team.spawn();
  const write = async (statement: string, ...values: unknown[]) => void (await psql(statement, values));
  await write(
    `INSERT INTO public.project (organization_id, slug, name) VALUES ($1, 'psql', 'psql')`,
    organizationId,
  );
  await write(
    'INSERT INTO public.session (organization_id, project_id) VALUES ($1, $2)',
    organizationId,
    uuidOf(team.project.id),
  );
  await write(`UPDATE public.session SET branch = 'psql' WHERE id = $1`, uuidOf(session.id));
  await write(
    'UPDATE public.pull_request SET session_id = $2 WHERE id = $1',
    pullRequestId,
    uuidOf(other.id),
  );
  await write(
    `INSERT INTO public.pull_request_check (organization_id, pull_request_id, name, commit_sha) VALUES ($1, $2, 'psql', 'psql')`,
    organizationId,
    pullRequestId,
  );
  await write(
    `INSERT INTO public.pull_request_review_thread (organization_id, pull_request_id, external_id) VALUES ($1, $2, 'psql')`,
    organizationId,
    pullRequestId,
  );
  await write(
    'UPDATE public.token SET revoked_at = pg_catalog.now() WHERE id = $1',
    uuidOf(await ownToken(team)),
  );
  const [agent] = await psql<{ id: string }>(
    `INSERT INTO public.agent (organization_id, name, role, status, hired_by_id)
     VALUES ($1, 'psql', 'psql', 'RUNNING', $2) RETURNING id`,
    [organizationId, team.owner.userId],
  );
  await write(
    `INSERT INTO public.watched_repo
       (organization_id, agent_id, user_id, repo_owner, repo_name, repo_owner_key, repo_name_key)
     VALUES ($1, $2, $3, 'acme', 'rocket', 'acme', 'rocket')`,
    organizationId,
    agent?.id,
    team.owner.userId,
  );
  await write(
    'INSERT INTO public.session (organization_id, project_id, agent_id) VALUES ($1, $2, $3)',
    organizationId,
    uuidOf(team.project.id),
    agent?.id,
  );
  await write(
    `UPDATE public.agent SET status = 'STOPPED', offboarded_at = pg_catalog.now() WHERE id = $1`,
    agent?.id,
  );
  return [
    'PROJECT_CREATED',
    'SESSION_CREATED',
    'SESSION_UPDATED',
    'PR_SESSION_CHANGED',
    'SESSION_UPDATED',
    'SESSION_UPDATED',
    'PR_CHECK_RECORDED',
    'PR_REVIEW_THREAD_ADDED',
    'PR_UPDATED',
    'SESSION_UPDATED',
    'TOKEN_ARCHIVED',
    'AGENT_CREATED',
    'REPO_WATCHED',
    'SESSION_CREATED',
    // The triggers release what an agent holds before its status changes, for any writer.
    'REPO_RELEASED',
    'SESSION_UPDATED',
    'AGENT_OFFBOARDED',
  ];
}

async function pullRequest(team: Team, session: { id: string }): Promise<string> {
  team.onGitHub(7);
  return uuidOf(succeeded(await team.claim(session.id, 7)).pullRequest.id);
}

async function ownToken(team: Team): Promise<string> {
  const query = `mutation ($id: ID!) { createToken(input: { organizationId: $id, label: "ci" }) {
    ... on CreateTokenPayload { token { id } } } }`;
  const response = await team.owner.raw({ query, variables: { id: team.id } });
  return (await response.json()).data.createToken.token.id;
}

async function captured(team: Team, actor?: string) {
  const changes = await team.changes();
  return changes
    .filter((change) => change.actor.kind === 'DATABASE' && (!actor || change.actor.name === actor))
    .map(({ type }) => type);
}

describe('the feed captures what another program writes', () => {
  it.for([
    ['with no search path', ["SET search_path = ''"]],
    [
      'with temporary tables of the same names',
      [
        'change_outbox',
        'project',
        'session',
        'pull_request',
        'membership',
        'token',
        'agent',
        'watched_repo',
      ].map((table) => `CREATE TEMP TABLE ${table} (LIKE public.${table} INCLUDING DEFAULTS)`),
    ],
    [
      'with a schema before ours in the search path',
      [
        'CREATE SCHEMA IF NOT EXISTS beside',
        'CREATE TABLE IF NOT EXISTS beside.change_outbox (LIKE public.change_outbox INCLUDING DEFAULTS)',
        'CREATE TABLE IF NOT EXISTS beside.session (LIKE public.session)',
        `CREATE OR REPLACE FUNCTION beside.record_change(uuid, text, text, uuid, uuid[], jsonb, text[], jsonb DEFAULT '{}')
           RETURNS void LANGUAGE sql AS 'SELECT'`,
        `CREATE OR REPLACE FUNCTION beside.global_id(text, uuid) RETURNS text LANGUAGE sql AS $$ SELECT 'forged' $$`,
        `CREATE OR REPLACE FUNCTION beside.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT '1999-01-01'::timestamptz $$`,
        'SET search_path = beside, pg_catalog, public',
      ],
    ],
  ] as const)('%s', async ([_how, setUp], { team, session, database }) => {
    await using psql = await writer(database, ...setUp);
    const expected = await writeEverything(team, session, psql);
    expect(await captured(team)).toEqual(expected);
    const changes = await team.changes();
    expect(JSON.stringify(changes)).not.toContain('forged');
    expect(JSON.stringify(changes)).not.toContain('1999-');
  });

  it('as a role that may write to one table only, whose name is the actor', async ({
    team,
    session,
    psql,
    database,
  }) => {
    const name = `writer_${randomBytes(5).toString('hex')}`;
    await psql(`CREATE ROLE ${name} LOGIN PASSWORD 'secret'`);
    await psql(
      `GRANT SELECT (id), INSERT (organization_id, project_id), UPDATE (display_name) ON session TO ${name}`,
    );
    try {
      const url = new URL(database.url);
      [url.username, url.password] = [name, 'secret'];
      await using psql = await openPsql(url.href);
      await psql(`UPDATE session SET display_name = 'Ada' WHERE id = $1`, [uuidOf(session.id)]);
      await psql('INSERT INTO session (organization_id, project_id) VALUES ($1, $2)', [
        uuidOf(team.id),
        uuidOf(team.project.id),
      ]);
      expect(await captured(team, name)).toEqual(['SESSION_UPDATED', 'SESSION_CREATED']);

      // The role cannot write to the feed by another way.
      await psql('CREATE TEMP TABLE mine (id uuid)');
      await expect(
        psql(
          'CREATE TRIGGER forge AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION public.capture_session()',
        ),
      ).rejects.toThrow(/permission denied for function .*capture_session/);
      await expect(psql('SELECT FROM change_outbox')).rejects.toThrow('permission denied');
    } finally {
      await psql(`DROP OWNED BY ${name}`);
      await psql(`DROP ROLE ${name}`);
    }
  });
});

it('every function of a trigger that reads or writes has its own search path', async ({ psql }) => {
  const functions = await psql<{ name: string }>(
    `SELECT DISTINCT p.proname AS name FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
      WHERE NOT t.tgisinternal AND p.prosrc ~* '\\m(FROM|INTO|UPDATE|PERFORM)\\M'
        AND NOT (p.prosecdef AND 'search_path=pg_catalog, public, pg_temp' = ANY (p.proconfig))`,
  );
  expect(functions).toEqual([]);
});

/** The rules of the database, by the constraint or the message of the refusal. */
describe('the database enforces for every writer that', () => {
  const refusal = async (psql: Psql, statement: string, values: unknown[] = []) =>
    await psql(statement, values).then(
      () => 'written',
      ({ constraint, message }) => constraint ?? message,
    );
  const on = async (psql: Psql, table: string, id: string, assignments: string) =>
    await refusal(psql, `UPDATE ${table} SET ${assignments} WHERE id = $1`, [uuidOf(id)]);

  it('a token keeps its holder, its organization and its revocation', async ({ team, psql, createTeam }) => {
    const other = await createTeam();
    const token = await ownToken(team);
    expect(await on(psql, 'token', token, `user_id = '${other.owner.userId}'`)).toBe('token_stays');
    expect(await on(psql, 'token', token, `organization_id = '${uuidOf(other.id)}'`)).toBe('token_stays');
    expect(await on(psql, 'token', token, 'organization_id = NULL')).toBe('token_stays');
    expect(await on(psql, 'token', token, 'revoked_at = now()')).toBe('written');
    expect(await on(psql, 'token', token, 'revoked_at = NULL')).toBe('token_stays_revoked');
  });

  it('a session keeps its project, its number and its id', async ({ team, session, psql }) => {
    const project = await team.register({ slug: 'second' });
    for (const assignment of ['id = gen_random_uuid()', 'num = 99', `project_id = '${uuidOf(project.id)}'`]) {
      expect(await on(psql, 'session', session.id, assignment)).toBe('session_stays');
    }
  });

  it('a row keeps its id', async ({ team, session, psql }) => {
    const [membership] = await psql<{ id: string }>('SELECT id FROM membership WHERE organization_id = $1', [
      uuidOf(team.id),
    ]);
    for (const [table, id] of [
      ['organization', uuidOf(team.id)],
      ['project', uuidOf(team.project.id)],
      ['token', uuidOf(await ownToken(team))],
      ['membership', membership?.id],
      ['pull_request', await pullRequest(team, session)],
    ]) {
      expect(await refusal(psql, `UPDATE ${table} SET id = gen_random_uuid() WHERE id = $1`, [id])).toBe(
        `${table}_stays`,
      );
    }
  });

  it('the audit trail is not changed', async ({ team, psql }) => {
    await team.join('MEMBER');
    for (const statement of [
      'DELETE FROM structure_event',
      `UPDATE structure_event SET type = 'x'`,
      'TRUNCATE structure_event',
    ]) {
      expect(await refusal(psql, statement)).toBe('structure_event_is_kept');
    }
  });

  it('an orchestrator or a scratch project holds no pull requests', async ({ team, session, psql }) => {
    const directed = await team.register({ slug: 'directed' });
    const orchestrator = await team.spawn({ projectId: directed.id, kind: 'ORCHESTRATOR' });
    const scratch = await team.register({ slug: 'scratch', kind: 'SCRATCH', repoUrl: null });
    const scribble = await team.spawn({ projectId: scratch.id });
    // A session without pull requests may change its kind.
    expect(await on(psql, 'session', session.id, `kind = 'ORCHESTRATOR'`)).toBe('written');
    expect(await on(psql, 'session', session.id, `kind = 'WORKER'`)).toBe('written');
    const held = await pullRequest(team, session);
    const rule = 'pull_request_holder_check';
    expect(await on(psql, 'session', session.id, `kind = 'ORCHESTRATOR'`)).toBe(rule);
    expect(await on(psql, 'project', team.project.id, `kind = 'SCRATCH', repo_url = NULL`)).toBe(rule);
    for (const { id } of [orchestrator, scribble]) {
      expect(
        await refusal(psql, 'UPDATE pull_request SET session_id = $2 WHERE id = $1', [held, uuidOf(id)]),
      ).toBe(rule);
    }
  });

  it.for([`'infinity'`, `'-infinity'`, `'10000-01-01'`, `'9999-12-31'`, `'0044-03-15 BC'`])(
    'no time of the API is %s',
    async (time, { team, session, psql }) => {
      const token = await ownToken(team);
      await pullRequest(team, session);
      const organizationId = uuidOf(team.id);
      for (const [table, columns] of Object.entries({
        organization: ['created_at'],
        membership: ['created_at', 'removed_at'],
        token: ['created_at', 'expires_at', 'last_used_at', 'revoked_at'],
        project: ['created_at', 'archived_at'],
        session: ['created_at'],
        pull_request: ['created_at', 'state_changed_at', 'observed_at'],
      })) {
        const key = table === 'organization' ? 'id' : 'organization_id';
        for (const column of columns) {
          expect(
            await refusal(psql, `UPDATE ${table} SET ${column} = ${time} WHERE ${key} = $1`, [
              organizationId,
            ]),
            `${table}.${column}`,
          ).toBe(`${table}_times_check`);
        }
      }
      expect(token).toBeTruthy();
    },
  );
});

describe('the database rule for the last OWNER', () => {
  const rule = 'organization_owner_check';
  const leave = (psql: Psql, id: string) =>
    psql('UPDATE membership SET removed_at = now() WHERE id = $1', [id]).then(
      () => 'left',
      ({ constraint, message }) => constraint ?? message,
    );
  const memberships = async (team: Team, psql: Psql) =>
    await psql<{ id: string; role: string }>(
      'SELECT id, role FROM membership WHERE organization_id = $1 AND removed_at IS NULL ORDER BY id',
      [uuidOf(team.id)],
    );

  it('refuses the removal and the demotion', async ({ team, psql }) => {
    await team.join('ADMIN');
    const [owner] = await memberships(team, psql);
    expect(await leave(psql, owner?.id ?? '')).toBe(rule);
    await expect(
      psql(`UPDATE membership SET role = 'ADMIN' WHERE id = $1`, [owner?.id]),
    ).rejects.toMatchObject({ constraint: rule });
    expect(await memberships(team, psql)).toMatchObject([{ role: 'OWNER' }, { role: 'ADMIN' }]);
  });

  it('allows a handover in one transaction, in any order', async ({ team, psql, database }) => {
    const heir = uuidOf((await team.join('ADMIN')).memberId);
    const [owner] = await memberships(team, psql);
    await using writing = await writer(database, 'BEGIN');
    expect(await leave(writing, owner?.id ?? '')).toBe('left');
    await writing(`UPDATE membership SET role = 'OWNER' WHERE id = $1`, [heir]);
    await writing('COMMIT');
    expect(await memberships(team, psql)).toEqual([{ id: heir, role: 'OWNER' }]);
  });

  it('refuses the second of two owners who leave concurrently', async ({ team, psql, database }) => {
    const second = uuidOf((await team.join('OWNER')).memberId);
    const [first] = await memberships(team, psql);
    await using one = await writer(database, 'BEGIN');
    await using other = await writer(database, 'BEGIN');
    expect(await leave(one, first?.id ?? '')).toBe('left');
    expect(await leave(other, second)).toBe('left');
    const ends = await Promise.all(
      [one, other].map((psql) =>
        psql('COMMIT').then(
          () => 'left',
          ({ constraint }) => constraint,
        ),
      ),
    );
    expect(ends.toSorted()).toEqual(['left', rule]);
    expect(await memberships(team, psql)).toHaveLength(1);
  });
});
