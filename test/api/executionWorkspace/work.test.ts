/** The work of agents in an open and in a closed execution workspace, and notes on it. */
import { graphql } from '../../graphql/gql.ts';
import type { Client } from '../../support/client.ts';
import { ClaimPR, ReportActivity, RestoreSession } from '../../support/mutations.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import { type Psql, uuidOf } from '../../support/psql.ts';
import type { Team, TeamAgent } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';
import { addNote, close, idle, reopen, requestReview } from './acts.ts';

const NotesOf = graphql(`
  query NotesOf($id: ID!) {
    node(id: $id) {
      ... on ExecutionWorkspace {
        noteCount
        notes {
          nodes {
            body
            author {
              kind
              name
            }
          }
        }
      }
    }
  }
`);

const CanClaim = graphql(`
  query CanClaimIn($id: ID!) {
    node(id: $id) {
      ... on Session {
        viewerCanClaimPR
      }
    }
  }
`);

let agent: TeamAgent;
let session: { id: string };
it.beforeEach(async ({ team }) => {
  agent = await team.hire();
  session = await team.spawn({ agentId: agent.id });
});

/** A closed execution workspace whose session was restored afterwards. */
async function closedAround(team: Team, mode: 'ISOLATED_WORKSPACE' | 'SHARED_WORKSPACE'): Promise<string> {
  const { id } = await team.openExecutionWorkspace({ sessionId: session.id, mode });
  await team.terminate(session.id);
  succeeded(await close(team, { id }));
  const { restoreSession } = await team.owner.query(RestoreSession, { input: { sessionId: session.id } });
  succeeded(restoreSession);
  return id;
}

const report = async (state: 'ACTIVE' | 'IDLE' | 'EXITED' = 'ACTIVE', by: Client = agent) =>
  (await by.query(ReportActivity, { input: { sessionId: session.id, state } })).reportActivity;
const claim = async (by: Client = agent) =>
  (await by.query(ClaimPR, { input: { sessionId: session.id, pr: '7' } })).claimPR;

describe('in a closed isolated one, a restored session', () => {
  it('can report no activity and claim no pull request until it is reopened', async ({ team }) => {
    const id = await closedAround(team, 'ISOLATED_WORKSPACE');
    team.onGitHub(7);
    expect(refused(await report())).toMatchObject({ code: 'EXECUTION_WORKSPACE_CLOSED' });
    expect(refused(await claim())).toMatchObject({ code: 'EXECUTION_WORKSPACE_CLOSED' });
    // Refusals of agents are recorded, those of people write nothing.
    const before = await team.footprint();
    expect(refused(await report('ACTIVE', team.owner))).toMatchObject({ code: 'EXECUTION_WORKSPACE_CLOSED' });
    expect(refused(await claim(team.owner))).toMatchObject({ code: 'EXECUTION_WORKSPACE_CLOSED' });
    expect(await team.footprint()).toEqual(before);
    expect(await team.owner.query(CanClaim, { id: session.id })).toEqual({
      node: { viewerCanClaimPR: false },
    });

    succeeded(await reopen(team, { id }));
    succeeded(await report());
    succeeded(await claim());
  });

  it('works again once another one is opened for it', async ({ team }) => {
    await closedAround(team, 'ISOLATED_WORKSPACE');
    await team.openExecutionWorkspace({ sessionId: session.id });
    succeeded(await report());
  });
});

it('in a closed shared one, a session still works', async ({ team }) => {
  await closedAround(team, 'SHARED_WORKSPACE');
  team.onGitHub(7);
  succeeded(await report());
  succeeded(await claim());
});

describe('a report of activity', () => {
  const row = async (psql: Psql, id: string) => {
    const [found] = await psql<{ status: string; is_recent: boolean }>(
      `SELECT status, last_used_at > now() - interval '10 minutes' AS is_recent
         FROM execution_workspace WHERE id = $1`,
      [uuidOf(id)],
    );
    return found;
  };

  it('of ACTIVE makes an IDLE one ACTIVE, and leaves one IN_REVIEW', async ({ team, psql }) => {
    const { id } = await team.openExecutionWorkspace({ sessionId: session.id });
    succeeded(await idle(team, { id }));
    succeeded(await report('IDLE'));
    expect((await row(psql, id))?.status).toBe('IDLE');
    succeeded(await report());
    expect((await row(psql, id))?.status).toBe('ACTIVE');
    succeeded(await requestReview(team, { id }));
    succeeded(await report());
    expect((await row(psql, id))?.status).toBe('IN_REVIEW');
  });

  it('of ACTIVE leaves an IDLE one IDLE when the process has ended before', async ({ team, psql }) => {
    const { id } = await team.openExecutionWorkspace({ sessionId: session.id });
    succeeded(await report('EXITED'));
    succeeded(await idle(team, { id }));
    expect(succeeded(await report()).ignored).toBe(true);
    expect((await row(psql, id))?.status).toBe('IDLE');
  });

  it('moves the time of the last use without an event or a new version', async ({ team, psql }) => {
    const { id } = await team.openExecutionWorkspace({ sessionId: session.id });
    await psql(
      `UPDATE execution_workspace
          SET opened_at = now() - interval '2 days', last_used_at = now() - interval '1 day' WHERE id = $1`,
      [uuidOf(id)],
    );
    const { requestId } = succeeded(await report());
    expect((await row(psql, id))?.is_recent).toBe(true);
    const types = (await team.changes({ requestId })).map(({ type }) => type);
    expect(types).toEqual(['SESSION_UPDATED']);
  });
});

describe('a note', () => {
  it('is added by a person to an open and to a closed one', async ({ team }) => {
    const { id } = await team.openExecutionWorkspace();
    const { note, executionWorkspace } = succeeded(await addNote(team.owner, id, 'Looks good.'));
    expect(note).toMatchObject({ body: 'Looks good.', author: { kind: 'USER', name: 'Ann' } });
    expect(executionWorkspace).toMatchObject({ noteCount: 1, version: 1 });
    succeeded(await close(team, { id }));
    succeeded(await addNote(team.owner, id, 'Merged by hand.'));
    expect(await team.owner.query(NotesOf, { id })).toMatchObject({
      node: { noteCount: 2, notes: { nodes: [{ body: 'Merged by hand.' }, { body: 'Looks good.' }] } },
    });
  });

  it('of an agent is accepted where it works, and refused once it is closed', async ({ team }) => {
    const { id } = await team.openExecutionWorkspace({ sessionId: session.id });
    const { note } = succeeded(await addNote(agent, id));
    expect(note.author).toEqual({ kind: 'AGENT', name: agent.name });
    await team.terminate(session.id);
    succeeded(await close(team, { id }));
    expect(refused(await addNote(agent, id))).toMatchObject({ code: 'EXECUTION_WORKSPACE_CLOSED' });
  });

  it.for(['', 'x'.repeat(10_001)])('of a wrong length is INVALID_INPUT', async (body, { team }) => {
    const { id } = await team.openExecutionWorkspace();
    expect(refused(await addNote(team.owner, id, body))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'body' }],
    });
  });

  it('counts once for each of twenty that are added at the same time', async ({ team }) => {
    const { id } = await team.openExecutionWorkspace();
    await Promise.all(Array.from({ length: 20 }, async () => succeeded(await addNote(team.owner, id))));
    expect(await team.owner.query(NotesOf, { id })).toMatchObject({ node: { noteCount: 20 } });
  });
});
