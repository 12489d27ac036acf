import { randomUUID } from 'node:crypto';
import { globalId } from '../../../src/value/globalId.ts';
import { graphql } from '../../graphql/gql.ts';
import type { SpawnSessionInput } from '../../graphql/graphql.ts';
import type { Client } from '../../support/client.ts';
import { OffboardAgent, SpawnSession, TerminateSession } from '../../support/mutations.ts';
import { hasSucceeded, refused, succeeded } from '../../support/outcome.ts';
import { type Psql, uuidOf } from '../../support/psql.ts';
import type { Change, Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

const SessionByName = graphql(`
  query SessionByName($slug: String!, $name: String!) {
    organization(slug: $slug) {
      session(name: $name) {
        id
        project {
          slug
        }
      }
    }
  }
`);

async function spawn(team: Team, input: Partial<SpawnSessionInput> = {}, by: Client = team.owner) {
  return (await by.query(SpawnSession, { input: { projectId: team.project.id, ...input } })).spawnSession;
}

async function terminate(team: Team, sessionId: string, by: Client = team.owner) {
  return (await by.query(TerminateSession, { input: { sessionId } })).terminateSession;
}

async function stored(psql: Psql, sessionId: string) {
  const [row] = await psql<{ prompt: string; workspace_path: string | null; branch: string }>(
    'SELECT prompt, workspace_path, branch FROM session WHERE id = $1',
    [uuidOf(sessionId)],
  );
  return row;
}

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1);
const rowOf = ({ payload }: Change) =>
  (payload as { row: { name: string; num: number; project: string } }).row;

describe('the number of a session', () => {
  it('counts the sessions of its project, without gaps or repeats, when thirty start concurrently', async ({
    team,
  }) => {
    const other = await team.register({ slug: 'lander' });
    const spawned = await Promise.all(
      upTo(30).map(async (at) => {
        const projectId = at % 2 ? team.project.id : other.id;
        return { projectId, ...succeeded(await spawn(team, { projectId })).session };
      }),
    );
    for (const { id, slug } of [team.project, other]) {
      const own = spawned.filter(({ projectId }) => projectId === id).toSorted((a, b) => a.num - b.num);
      expect(own.map(({ num, name }) => ({ num, name }))).toEqual(
        upTo(15).map((num) => ({ num, name: `${slug}-${num}` })),
      );
    }
  });

  it('has the order of SESSION_CREATED in the feed', async ({ team }) => {
    const other = await team.register({ slug: 'lander' });
    await Promise.all(upTo(20).map((at) => team.spawn({ projectId: at % 2 ? team.project.id : other.id })));
    const rows = (await team.changes({ types: ['SESSION_CREATED'] })).map(rowOf);
    for (const { id } of [team.project, other]) {
      expect(rows.filter(({ project }) => project === id).map(({ num }) => num)).toEqual(upTo(10));
    }
  });

  it('is not given again after a session is terminated or deleted', async ({ team, psql }) => {
    const [first, second] = [await team.spawn(), await team.spawn()];
    await team.terminate(first.id);
    await psql('DELETE FROM session WHERE id = $1', [uuidOf(second.id)]);
    expect((await team.spawn()).num).toBe(3);
  });

  it('is given again after a transaction that rolled back', async ({ team, psql }) => {
    await psql('BEGIN');
    await psql('INSERT INTO session (organization_id, project_id) VALUES ($1, $2)', [
      uuidOf(team.id),
      uuidOf(team.project.id),
    ]);
    // The number may be free or not until the transaction ends, so a spawn that meets it waits.
    const waiting = spawn(team);
    await psql('ROLLBACK');
    expect(succeeded(await waiting).session.num).toBe(1);
  });

  it('makes the name by which the session is found, even for slugs that look like names', async ({
    team,
  }) => {
    const tricky = await team.register({ slug: 'rocket-1' });
    const [plain, nested] = [await team.spawn(), await team.spawn({ projectId: tricky.id })];
    const find = async (name: string) =>
      (await team.owner.query(SessionByName, { slug: team.slug, name })).organization?.session;
    expect(await find('rocket-1')).toEqual({ id: plain.id, project: { slug: 'rocket' } });
    expect(await find('rocket-1-1')).toEqual({ id: nested.id, project: { slug: 'rocket-1' } });
    for (const name of ['rocket', 'rocket-2', 'rocket-01', 'Rocket-1', '-1', '1', '', 'rocket-99999999999']) {
      expect(await find(name), name).toBeNull();
    }
  });
});

describe('spawnSession', () => {
  it('creates an IDLE worker by default, with one change in the feed', async ({ team }) => {
    const { session, requestId } = succeeded(await spawn(team));
    expect(session).toMatchObject({
      kind: 'WORKER',
      displayName: null,
      branch: null,
      activityState: 'IDLE',
      isTerminated: false,
      displayStatus: 'IDLE',
      lane: 'WORKING',
    });
    const { displayStatus: _, lane: __, ...shown } = session;
    expect(await team.changes({ requestId })).toMatchObject([
      {
        type: 'SESSION_CREATED',
        entityId: session.id,
        actor: { kind: 'USER', user: { id: globalId('User', team.owner.userId) } },
        payload: { row: { ...shown, project: team.project.id }, changed: [] },
      },
    ]);
  });

  it('takes kind, displayName, branch and prompt from the input', async ({ team, psql }) => {
    const { session } = succeeded(
      await spawn(team, {
        kind: 'ORCHESTRATOR',
        displayName: ' Ada ',
        branch: ' feat/engine ',
        prompt: 'Go',
      }),
    );
    expect(session).toMatchObject({ kind: 'ORCHESTRATOR', displayName: 'Ada', branch: 'feat/engine' });
    expect(await stored(psql, session.id)).toMatchObject({ prompt: 'Go', branch: 'feat/engine' });
  });

  it('keeps prompt and workspacePath out of the feed', async ({ team }) => {
    succeeded(await spawn(team, { prompt: 'Between you and me', workspacePath: '/somewhere/private' }));
    const feed = JSON.stringify(await team.changes());
    expect(feed).not.toContain('Between you and me');
    expect(feed).not.toContain('/somewhere/private');
  });

  it('gives each session its own workspace path by default, a given one, or none', async ({ team, psql }) => {
    const allotted = await Promise.all(upTo(5).map(async () => await stored(psql, (await team.spawn()).id)));
    expect(new Set(allotted.map((row) => row?.workspace_path)).size).toBe(5);
    expect(allotted.every((row) => row?.workspace_path)).toBe(true);
    const given = await team.spawn({ workspacePath: ' /w/rocket ' });
    expect((await stored(psql, given.id))?.workspace_path).toBe('/w/rocket');
    const none = await team.spawn({ workspacePath: null });
    expect((await stored(psql, none.id))?.workspace_path).toBeNull();
  });

  it('is allowed for ADMIN and MEMBER', async ({ team }) => {
    for (const role of ['ADMIN', 'MEMBER'] as const) succeeded(await spawn(team, {}, await team.join(role)));
  });
});

describe('spawnSession with an agentId', () => {
  it('creates a session of that agent', async ({ team }) => {
    const agent = await team.hire();
    const { requestId } = succeeded(await spawn(team, { agentId: agent.id }));
    expect(await team.changes({ requestId })).toMatchObject([
      { type: 'SESSION_CREATED', payload: { row: { agent: agent.id } } },
    ]);
    const person = succeeded(await spawn(team, { agentId: null }));
    expect(await team.changes({ requestId: person.requestId })).toMatchObject([
      { payload: { row: { agent: null } } },
    ]);
  });

  it('returns the same NOT_FOUND for an agent of another organization and for an unknown agent', async ({
    team,
    createTeam,
  }) => {
    const other = await createTeam(team.owner);
    const stranger = await other.hire();
    const before = await team.footprint();
    const unseen = refused(await spawn(team, { agentId: stranger.id }));
    expect(unseen.code).toBe('NOT_FOUND');
    for (const agentId of ['', 'garbage', team.project.id, globalId('Agent', randomUUID())]) {
      expect(refused(await spawn(team, { agentId })), agentId).toEqual(unseen);
    }
    expect(await team.footprint()).toEqual(before);
  });

  it.for(['PENDING', 'ERROR', 'STOPPED'])(
    'returns AGENT_NOT_RUNNING for an agent that is %s',
    async (status, { team, psql }) => {
      const [made] = await psql<{ id: string }>(
        `INSERT INTO agent (organization_id, name, role, status, hired_by_id, offboarded_at)
       VALUES ($1, 'Kim', 'coder', $2::agent_status, $3, CASE $2 WHEN 'STOPPED' THEN now() END) RETURNING id`,
        [uuidOf(team.id), status, team.owner.userId],
      );
      const before = await team.footprint();
      const error = refused(await spawn(team, { agentId: globalId('Agent', made?.id ?? '') }));
      expect(error).toMatchObject({ code: 'AGENT_NOT_RUNNING', status });
      expect(await team.footprint()).toEqual(before);
    },
  );

  it('leaves no live session when the agent is offboarded concurrently', async ({ team, psql }) => {
    const agents = await Promise.all(upTo(25).map(() => team.hire()));
    const spawned = await Promise.all(
      agents.map(async ({ id: agentId }) => {
        const [result] = await Promise.all([
          spawn(team, { agentId }),
          team.owner.query(OffboardAgent, { input: { agentId } }),
        ]);
        return result;
      }),
    );
    for (const result of spawned) {
      if (!hasSucceeded(result)) expect(refused(result).code).toBe('AGENT_NOT_RUNNING');
    }
    expect(
      await psql('SELECT FROM session WHERE organization_id = $1 AND NOT is_terminated', [uuidOf(team.id)]),
    ).toEqual([]);
  });
});

describe('a refused spawnSession', () => {
  async function refusal(team: Team, input: Partial<SpawnSessionInput>, by?: Client) {
    const before = await team.footprint();
    const error = refused(await spawn(team, input, by));
    expect(await team.footprint()).toEqual(before);
    return error;
  }

  it('names every invalid field', async ({ team }) => {
    const input = {
      prompt: 'x'.repeat(4097),
      displayName: '',
      branch: 'x'.repeat(256),
      workspacePath: ' ',
      idempotencyKey: '',
    };
    const error = await refusal(team, input);
    const paths = 'issues' in error ? error.issues.map(({ path }) => path).sort() : error;
    expect(paths).toEqual(Object.keys(input).sort());
  });

  it('names projectId for an archived project, and uses no number', async ({ team, psql }) => {
    const archive = (at: string) =>
      psql(`UPDATE project SET archived_at = ${at} WHERE id = $1`, [uuidOf(team.project.id)]);
    await archive('now()');
    expect(await refusal(team, {})).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path: 'projectId' }] });
    await archive('NULL');
    expect((await team.spawn()).num).toBe(1);
  });

  it('is the same NOT_FOUND for an unknown project and for another organization', async ({
    team,
    app,
    createTeam,
  }) => {
    const other = await createTeam();
    const unseen = await refusal(team, { projectId: other.project.id });
    expect(unseen.code).toBe('NOT_FOUND');
    for (const projectId of ['', 'garbage', team.id, globalId('Project', randomUUID())]) {
      expect(await refusal(team, { projectId }), projectId).toEqual(unseen);
    }
    expect(await refusal(team, {}, await app.signUp('Eve'))).toEqual(unseen);
  });

  it('is BAD_USER_INPUT for an unknown kind', async ({ team }) => {
    const response = await team.owner.raw({
      query: 'mutation ($input: SpawnSessionInput!) { spawnSession(input: $input) { __typename } }',
      variables: { input: { projectId: team.project.id, kind: 'MANAGER' } },
    });
    expect(await response.json()).toMatchObject({
      errors: [{ message: expect.stringContaining('kind'), extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });
});

describe('terminateSession', () => {
  it('sets the session to EXITED in the lane ARCHIVE, with one change in the feed', async ({ team }) => {
    const session = await team.spawn();
    const ended = succeeded(await terminate(team, session.id));
    expect(ended.session).toEqual({
      id: session.id,
      activityState: 'EXITED',
      isTerminated: true,
      lane: 'ARCHIVE',
    });
    expect(await team.changes({ requestId: ended.requestId })).toMatchObject([
      {
        type: 'SESSION_UPDATED',
        entityId: session.id,
        payload: {
          row: { activityState: 'EXITED', isTerminated: true },
          changed: [
            'activityState',
            'isTerminated',
            'terminatedAt',
            'terminatedBy',
            'displayStatus',
            'lane',
            'laneSince',
            'statusSince',
          ],
        },
      },
    ]);
  });

  it('writes nothing for a terminated session and returns the same session', async ({ team }) => {
    const session = await team.spawn();
    const first = succeeded(await terminate(team, session.id));
    const before = await team.footprint();
    expect(succeeded(await terminate(team, session.id)).session).toEqual(first.session);
    expect(await team.footprint()).toEqual(before);
  });

  it('terminates once in ten concurrent mutations', async ({ team }) => {
    const session = await team.spawn();
    for (const result of await Promise.all(upTo(10).map(() => terminate(team, session.id)))) {
      expect(succeeded(result).session.isTerminated).toBe(true);
    }
    expect(await team.changes({ types: ['SESSION_UPDATED'] })).toHaveLength(1);
  });

  it('is allowed for any member and NOT_FOUND for other users', async ({ team, app }) => {
    const session = await team.spawn();
    const unseen = refused(await terminate(team, session.id, await app.signUp('Eve')));
    expect(unseen.code).toBe('NOT_FOUND');
    for (const sessionId of ['', 'garbage', team.project.id, globalId('Session', randomUUID())]) {
      expect(refused(await terminate(team, sessionId)), sessionId).toEqual(unseen);
    }
    succeeded(await terminate(team, session.id, await team.join('MEMBER')));
  });
});
