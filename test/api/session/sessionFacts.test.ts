/** Who spawned and who ended a session, its prompt, and whether it has a place to work in. */
import { globalId } from '../../../src/value/globalId.ts';
import { graphql } from '../../graphql/gql.ts';
import { OffboardAgent, RestoreSession, TerminateSession } from '../../support/mutations.ts';
import { succeeded } from '../../support/outcome.ts';
import { outcome, type Psql, uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

const SessionFacts = graphql(`
  query SessionFacts($id: ID!) {
    node(id: $id) {
      ... on Session {
        prompt
        hasWorkspace
        spawnedBy {
          ...ActorFacts
        }
        terminatedAt
        terminatedBy {
          ...ActorFacts
        }
      }
    }
  }
`);

async function factsOf(team: Team, id: string) {
  const { node } = await team.owner.query(SessionFacts, { id });
  if (!node || !('spawnedBy' in node)) throw new Error('The owner does not see the session.');
  return node;
}

const person = ({ userId }: { userId: string }) => ({ kind: 'USER', user: { id: globalId('User', userId) } });

async function insertedBy(psql: Psql, team: Team) {
  const [row] = await psql<{ id: string; role: string }>(
    `INSERT INTO session (organization_id, project_id) VALUES ($1, $2) RETURNING id, session_user::text AS role`,
    [uuidOf(team.id), uuidOf(team.project.id)],
  );
  if (!row) throw new Error('Nothing was inserted.');
  return { id: globalId('Session', row.id), role: row.role };
}

const end = (psql: Psql, id: string) =>
  psql(`UPDATE session SET is_terminated = true, activity_state = 'EXITED' WHERE id = $1`, [uuidOf(id)]);

describe('Session.spawnedBy', () => {
  it('is the person that spawned the session, and stays', async ({ team, psql }) => {
    const { id } = await team.spawn();
    expect((await factsOf(team, id)).spawnedBy).toMatchObject(person(team.owner));
    const statement = `UPDATE session SET spawned_by_name = 'Eve' WHERE id = $1`;
    expect(await outcome(psql, statement, [uuidOf(id)])).toBe('session_stays');
  });

  it('is another program, or the actor that its transaction names', async ({ team, psql }) => {
    const { id, role } = await insertedBy(psql, team);
    expect((await factsOf(team, id)).spawnedBy).toEqual({ kind: 'DATABASE', name: role });
    await psql('BEGIN');
    await psql(`SELECT set_config('muster.actor', '{"kind": "SYSTEM", "name": "nightly"}', true)`);
    const named = await insertedBy(psql, team);
    await psql('COMMIT');
    expect((await factsOf(team, named.id)).spawnedBy).toEqual({ kind: 'SYSTEM', name: 'nightly' });
  });
});

describe('Session.terminatedBy and terminatedAt', () => {
  it('are null while the session is live, also after a restore', async ({ team }) => {
    const { id } = await team.spawn();
    const live = { terminatedAt: null, terminatedBy: null };
    expect(await factsOf(team, id)).toMatchObject(live);
    const bob = await team.join('MEMBER');
    await bob.query(TerminateSession, { input: { sessionId: id } });
    const ended = await factsOf(team, id);
    expect(ended.terminatedBy).toMatchObject(person(bob));
    expect(Date.parse(String(ended.terminatedAt))).toBeGreaterThan(0);
    succeeded((await team.owner.query(RestoreSession, { input: { sessionId: id } })).restoreSession);
    expect(await factsOf(team, id)).toMatchObject(live);
  });

  it('tell who offboarded the agent of the session', async ({ team }) => {
    const agent = await team.hire();
    const { id } = await team.spawn({ agentId: agent.id });
    await team.owner.query(OffboardAgent, { input: { agentId: agent.id } });
    expect((await factsOf(team, id)).terminatedBy).toMatchObject(person(team.owner));
  });

  it('tell of another program, and are in the event', async ({ team, psql }) => {
    const { id, role } = await insertedBy(psql, team);
    await end(psql, id);
    const { terminatedAt, terminatedBy } = await factsOf(team, id);
    expect(terminatedBy).toEqual({ kind: 'DATABASE', name: role });
    expect(await team.changes({ types: ['SESSION_UPDATED'] })).toMatchObject([
      {
        payload: {
          row: { terminatedAt, terminatedBy, spawnedBy: { kind: 'DATABASE', name: role } },
          changed: expect.arrayContaining(['isTerminated', 'terminatedAt', 'terminatedBy']),
        },
      },
    ]);
  });

  it('cannot contradict isTerminated', async ({ team, psql }) => {
    const { id } = await team.spawn();
    const set = (time: string) =>
      outcome(psql, `UPDATE session SET terminated_at = ${time} WHERE id = $1`, [uuidOf(id)]);
    expect(await set('now()')).toBe('session_end_check');
    await end(psql, id);
    expect(await set('NULL')).toBe('session_end_check');
  });
});

describe('Session.prompt', () => {
  it('is the task, and null when there is none', async ({ team }) => {
    const prompt = 'Build the engine.\nThen test it.';
    expect((await factsOf(team, (await team.spawn({ prompt })).id)).prompt).toBe(prompt);
    expect((await factsOf(team, (await team.spawn()).id)).prompt).toBeNull();
  });
});

describe('Session.hasWorkspace', () => {
  it('is true with a path or an execution workspace', async ({ team, psql }) => {
    const { id } = await team.spawn();
    expect((await factsOf(team, id)).hasWorkspace).toBe(true);
    await psql(`UPDATE session SET workspace_path = ' ' WHERE id = $1`, [uuidOf(id)]);
    expect((await factsOf(team, id)).hasWorkspace).toBe(false);
    await team.openExecutionWorkspace({ sessionId: id });
    expect((await factsOf(team, id)).hasWorkspace).toBe(true);
  });

  it('is false without either', async ({ team }) => {
    expect((await factsOf(team, (await team.spawn({ workspacePath: null })).id)).hasWorkspace).toBe(false);
  });
});
