import { randomUUID } from 'node:crypto';
import { globalId } from '../../../src/globalId.ts';
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
  it('counts its project’s sessions, without a gap or a repeat when thirty start at once', async ({
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

  it('is heard in its order', async ({ team }) => {
    const other = await team.register({ slug: 'lander' });
    await Promise.all(upTo(20).map((at) => team.spawn({ projectId: at % 2 ? team.project.id : other.id })));
    const heard = (await team.changes({ types: ['SESSION_CREATED'] })).map(rowOf);
    for (const { id } of [team.project, other]) {
      expect(heard.filter(({ project }) => project === id).map(({ num }) => num)).toEqual(upTo(10));
    }
  });

  it('is never given twice: not when a session ends, and not when it is deleted', async ({ team, psql }) => {
    const [first, second] = [await team.spawn(), await team.spawn()];
    await team.terminate(first.id);
    await psql('DELETE FROM session WHERE id = $1', [uuidOf(second.id)]);
    expect((await team.spawn()).num).toBe(3);
  });

  it('is given back by a spawn that is rolled back', async ({ team, psql }) => {
    await psql('BEGIN');
    await psql('INSERT INTO session (organization_id, project_id) VALUES ($1, $2)', [
      uuidOf(team.id),
      uuidOf(team.project.id),
    ]);
    // Whether that number is free is not known before the transaction ends: a spawn that meets it waits.
    const waiting = spawn(team);
    await psql('ROLLBACK');
    expect(succeeded(await waiting).session.num).toBe(1);
  });

  it('makes the name by which it is found, even where slugs look like names', async ({ team }) => {
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

describe('a new session', () => {
  it('is an idle worker, unless told otherwise, and heard of once', async ({ team }) => {
    const { session, requestId } = succeeded(await spawn(team));
    expect(session).toMatchObject({
      kind: 'WORKER',
      displayName: null,
      branch: '',
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
        actor: { kind: 'USER', id: globalId('User', team.owner.userId) },
        payload: { row: { ...shown, project: team.project.id }, changed: [] },
      },
    ]);
  });

  it('is what it was told to be', async ({ team, psql }) => {
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

  it('keeps its prompt and the path of its workspace to itself', async ({ team }) => {
    succeeded(await spawn(team, { prompt: 'Between you and me', workspacePath: '/somewhere/private' }));
    const told = JSON.stringify(await team.changes());
    expect(told).not.toContain('Between you and me');
    expect(told).not.toContain('/somewhere/private');
  });

  it('is allotted a workspace of its own, given one, or has none', async ({ team, psql }) => {
    const allotted = await Promise.all(upTo(5).map(async () => await stored(psql, (await team.spawn()).id)));
    expect(new Set(allotted.map((row) => row?.workspace_path)).size).toBe(5);
    expect(allotted.every((row) => row?.workspace_path)).toBe(true);
    const given = await team.spawn({ workspacePath: ' /w/rocket ' });
    expect((await stored(psql, given.id))?.workspace_path).toBe('/w/rocket');
    const none = await team.spawn({ workspacePath: null });
    expect((await stored(psql, none.id))?.workspace_path).toBeNull();
  });

  it('may be started by every member', async ({ team }) => {
    for (const role of ['ADMIN', 'MEMBER'] as const) succeeded(await spawn(team, {}, await team.join(role)));
  });
});

describe('a session of an agent', () => {
  it('is one run of it, and says so', async ({ team }) => {
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

  it('is none of an agent of another organization, not even for who is of both', async ({
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
    'needs one that works: %s does not',
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

  it('that is offboarded at the same moment is ended with it, or never begins', async ({ team, psql }) => {
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

describe('a spawn that is refused', () => {
  async function refusal(team: Team, input: Partial<SpawnSessionInput>, by?: Client) {
    const before = await team.footprint();
    const error = refused(await spawn(team, input, by));
    expect(await team.footprint()).toEqual(before);
    return error;
  }

  it('is told everything that is wrong', async ({ team }) => {
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

  it('is told that its project is archived, and takes no number', async ({ team, psql }) => {
    const archive = (at: string) =>
      psql(`UPDATE project SET archived_at = ${at} WHERE id = $1`, [uuidOf(team.project.id)]);
    await archive('now()');
    expect(await refusal(team, {})).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path: 'projectId' }] });
    await archive('NULL');
    expect((await team.spawn()).num).toBe(1);
  });

  it('is told the same of a project that is not there and of one it may not see', async ({
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

  it('is no document of this schema when its kind is none', async ({ team }) => {
    const response = await team.owner.raw({
      query: 'mutation ($input: SpawnSessionInput!) { spawnSession(input: $input) { __typename } }',
      variables: { input: { projectId: team.project.id, kind: 'MANAGER' } },
    });
    expect(await response.json()).toMatchObject({
      errors: [{ message: expect.stringContaining('kind'), extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });
});

describe('a terminated session', () => {
  it('has exited, is archived, and is heard of once', async ({ team }) => {
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
          changed: ['activityState', 'isTerminated'],
        },
      },
    ]);
  });

  it('is terminated again in vain, and the answer is the same', async ({ team }) => {
    const session = await team.spawn();
    const first = succeeded(await terminate(team, session.id));
    const before = await team.footprint();
    expect(succeeded(await terminate(team, session.id)).session).toEqual(first.session);
    expect(await team.footprint()).toEqual(before);
  });

  it('is terminated once by ten at once', async ({ team }) => {
    const session = await team.spawn();
    for (const result of await Promise.all(upTo(10).map(() => terminate(team, session.id)))) {
      expect(succeeded(result).session.isTerminated).toBe(true);
    }
    expect(await team.changes({ types: ['SESSION_UPDATED'] })).toHaveLength(1);
  });

  it('may be so by any member, and is NOT_FOUND for everybody else', async ({ team, app }) => {
    const session = await team.spawn();
    const unseen = refused(await terminate(team, session.id, await app.signUp('Eve')));
    expect(unseen.code).toBe('NOT_FOUND');
    for (const sessionId of ['', 'garbage', team.project.id, globalId('Session', randomUUID())]) {
      expect(refused(await terminate(team, sessionId)), sessionId).toEqual(unseen);
    }
    succeeded(await terminate(team, session.id, await team.join('MEMBER')));
  });
});
