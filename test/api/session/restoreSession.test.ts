/** restoreSession makes a terminated session live again. */
import { randomUUID } from 'node:crypto';
import { globalId } from '../../../src/value/globalId.ts';
import type { RestoreSessionInput } from '../../graphql/graphql.ts';
import type { Client } from '../../support/client.ts';
import { OffboardAgent, ReportActivity, RestoreSession } from '../../support/mutations.ts';
import { hasSucceeded, refused, succeeded } from '../../support/outcome.ts';
import { type Psql, uuidOf } from '../../support/psql.ts';
import type { Team, TeamAgent } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

let agent: TeamAgent;
let session: { id: string };
it.beforeEach(async ({ team }) => {
  agent = await team.hire();
  session = await team.spawn({ agentId: agent.id });
});

async function restore(team: Team, more: Partial<RestoreSessionInput> = {}, by: Client = team.owner) {
  return (await by.query(RestoreSession, { input: { sessionId: session.id, ...more } })).restoreSession;
}

async function stored(psql: Psql) {
  const [row] = await psql<Record<string, unknown> & { launch_id: string }>(
    `SELECT activity_state, activity_last_at > now() - interval '10 minutes' AS is_recent, first_signal_at,
            no_signal_at, is_terminated, launch_id
       FROM session WHERE id = $1`,
    [uuidOf(session.id)],
  );
  return row;
}

/** The error of a refused restore, which must write nothing. */
async function refusal(...args: Parameters<typeof restore>) {
  const [team] = args;
  const before = await team.footprint();
  const error = refused(await restore(...args));
  expect(await team.footprint()).toEqual(before);
  return error;
}

describe('restoreSession', () => {
  it('makes the session IDLE with a new launchId and without signal times', async ({ team, psql }) => {
    await agent.query(ReportActivity, { input: { sessionId: session.id, state: 'WAITING_INPUT' } });
    await team.terminate(session.id);
    await psql(`UPDATE session SET activity_last_at = now() - interval '1 day' WHERE id = $1`, [
      uuidOf(session.id),
    ]);
    const before = await stored(psql);
    const restored = succeeded(await restore(team));
    expect(restored.session).toEqual({
      id: session.id,
      activityState: 'IDLE',
      isTerminated: false,
      lane: 'WORKING',
    });
    const after = await stored(psql);
    expect(after).toMatchObject({
      activity_state: 'IDLE',
      is_recent: true,
      first_signal_at: null,
      no_signal_at: null,
      is_terminated: false,
    });
    expect(after?.launch_id).not.toBe(before?.launch_id);
    expect(await team.changes({ requestId: restored.requestId })).toMatchObject([
      {
        type: 'SESSION_UPDATED',
        payload: {
          changed: [
            'activityState',
            'firstSignalAt',
            'isTerminated',
            'launchId',
            'terminatedAt',
            'terminatedBy',
            'displayStatus',
            'lane',
            'laneSince',
            'statusSince',
          ],
          row: { launchId: after?.launch_id },
        },
      },
    ]);
  });

  it('keeps the pull requests that no other session claimed, unchanged', async ({ team, psql }) => {
    for (const number of [7, 8]) team.onGitHub(number);
    const kept = succeeded(await team.claim(session.id, 7)).pullRequest;
    const lost = succeeded(await team.claim(session.id, 8)).pullRequest;
    await team.terminate(session.id);
    const other = await team.spawn();
    succeeded(await team.claim(other.id, 8, { allowTakeover: false }));
    const rows = () =>
      psql('SELECT * FROM pull_request WHERE organization_id = $1 ORDER BY id', [uuidOf(team.id)]);
    const before = await rows();
    succeeded(await restore(team));
    expect(await rows()).toEqual(before);
    expect(before).toMatchObject([
      { id: uuidOf(kept.id), session_id: uuidOf(session.id) },
      { id: uuidOf(lost.id), session_id: uuidOf(other.id) },
    ]);
    // The session is live again, so a claim of its pull request needs a takeover.
    expect(refused(await team.claim(other.id, 7, { allowTakeover: false })).code).toBe(
      'PR_CLAIMED_BY_ACTIVE_SESSION',
    );
  });

  it('is allowed for a member on the session of a user', async ({ team }) => {
    session = await team.spawn();
    await team.terminate(session.id);
    succeeded(await restore(team, {}, await team.join('MEMBER')));
  });

  it('returns the first result under the same idempotencyKey', async ({ team }) => {
    await team.terminate(session.id);
    const first = succeeded(await restore(team, { idempotencyKey: 'k' }));
    expect(succeeded(await restore(team, { idempotencyKey: 'k' })).requestId).toBe(first.requestId);
    expect(await team.changes({ requestId: first.requestId })).toHaveLength(1);
  });
});

describe('a refused restoreSession', () => {
  it('is SESSION_NOT_RESTORABLE for a live session', async ({ team }) => {
    expect((await refusal(team)).code).toBe('SESSION_NOT_RESTORABLE');
  });

  it('is SESSION_NOT_RESTORABLE for a session of an archived project', async ({ team, psql }) => {
    await team.terminate(session.id);
    await psql('UPDATE project SET archived_at = now() WHERE id = $1', [uuidOf(team.project.id)]);
    expect((await refusal(team)).code).toBe('SESSION_NOT_RESTORABLE');
  });

  it('is AGENT_NOT_RUNNING for a session of an offboarded agent', async ({ team }) => {
    await team.owner.query(OffboardAgent, { input: { agentId: agent.id } });
    expect(await refusal(team)).toMatchObject({ code: 'AGENT_NOT_RUNNING', status: 'STOPPED' });
  });

  it('is the first of several errors in the documented order', async ({ team, psql }) => {
    await psql(`UPDATE agent SET status = 'ERROR' WHERE id = $1`, [uuidOf(agent.id)]);
    await psql('UPDATE project SET archived_at = now() WHERE id = $1', [uuidOf(team.project.id)]);
    expect((await refusal(team)).code).toBe('SESSION_NOT_RESTORABLE');
    await psql('UPDATE project SET archived_at = NULL WHERE id = $1', [uuidOf(team.project.id)]);
    expect((await refusal(team)).code).toBe('AGENT_NOT_RUNNING');
  });

  it('is the same NOT_FOUND for an unknown session and for another organization', async ({ team, app }) => {
    await team.terminate(session.id);
    const unseen = await refusal(team, {}, await app.signUp('Eve'));
    expect(unseen.code).toBe('NOT_FOUND');
    for (const sessionId of ['', 'garbage', globalId('Session', randomUUID())]) {
      expect(await refusal(team, { sessionId }), sessionId).toEqual(unseen);
    }
  });

  it('is SESSION_NOT_RESTORABLE for nine of ten concurrent mutations', async ({ team }) => {
    await team.terminate(session.id);
    const results = await Promise.all(Array.from({ length: 10 }, () => restore(team)));
    expect(results.filter((result) => hasSucceeded(result))).toHaveLength(1);
    for (const result of results) {
      if (!hasSucceeded(result)) expect(refused(result).code).toBe('SESSION_NOT_RESTORABLE');
    }
    expect(await team.changes({ types: ['SESSION_UPDATED'] })).toHaveLength(2);
  });
});

describe('restoreSession concurrent with offboardAgent', () => {
  it('leaves the session terminated, or returns AGENT_NOT_RUNNING', async ({ team, psql }) => {
    const outcomes = await Promise.all(
      Array.from({ length: 25 }, async () => {
        const own = await team.hire();
        const { id: sessionId } = await team.spawn({ agentId: own.id });
        await team.terminate(sessionId);
        const [{ restoreSession }] = await Promise.all([
          team.owner.query(RestoreSession, { input: { sessionId } }),
          team.owner.query(OffboardAgent, { input: { agentId: own.id } }),
        ]);
        return { sessionId, restoreSession };
      }),
    );
    for (const { sessionId, restoreSession } of outcomes) {
      if (!hasSucceeded(restoreSession)) expect(refused(restoreSession).code).toBe('AGENT_NOT_RUNNING');
      const [row] = await psql('SELECT is_terminated FROM session WHERE id = $1', [uuidOf(sessionId)]);
      expect(row).toEqual({ is_terminated: true });
    }
  });
});
