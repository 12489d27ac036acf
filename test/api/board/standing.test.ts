/** The kept standing of a session: which events tell its changes, in which order, and since when it lasts. */
import { graphql } from '../../graphql/gql.ts';
import { expectKeptStandings, pullRequest, session, writeSessions } from '../../support/board.ts';
import {
  ClaimPR,
  OffboardAgent,
  RefreshPR,
  ReportActivity,
  RestoreSession,
} from '../../support/mutations.ts';
import { succeeded } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

it.afterEach(({ psql }) => expectKeptStandings(psql));

const StandingOf = graphql(`
  query StandingOf($id: ID!) {
    node(id: $id) {
      ... on Session {
        displayStatus
        statusSince
        scmStatus
        lane
        laneSince
        createdAt
      }
    }
  }
`);

type Payload = { changed: string[]; row: Record<string, unknown> };

/** The standing that a query returns. */
async function standingOf(team: Team, id: string) {
  const { node } = await team.owner.query(StandingOf, { id });
  if (!node || !('lane' in node)) throw new Error('The session is not there.');
  const { createdAt, ...standing } = node;
  return standing;
}

/** The changes of an act as `TYPE changed,changed`. */
async function told(team: Team, requestId: string): Promise<string[]> {
  return (await team.changes({ requestId })).map(({ type, payload }) => {
    const { changed } = payload as Payload;
    return `${type} ${type === 'PR_UPDATED' ? '' : changed.join(',')}`.trim();
  });
}

const NEW_LANE = 'displayStatus,lane,laneSince,scmStatus,statusSince';

describe('the events of an act', () => {
  it('are one for a report: it names the new status and lane', async ({ team }) => {
    const { id } = await team.spawn();
    const { reportActivity } = await team.owner.query(ReportActivity, {
      input: { sessionId: id, state: 'WAITING_INPUT' },
    });
    expect(await told(team, succeeded(reportActivity).requestId)).toEqual([
      'SESSION_UPDATED activityState,firstSignalAt,displayStatus,lane,laneSince,statusSince',
    ]);
  });

  it('are SESSION_CREATED and PR_CREATED for a spawn with a claim: the first has the final standing', async ({
    team,
  }) => {
    team.onGitHub(7);
    const { id } = await team.spawn({ claimPR: { pr: '7' } });
    const changes = await team.changes({ types: ['SESSION_CREATED', 'SESSION_UPDATED', 'PR_CREATED'] });
    expect(changes.map(({ type }) => type)).toEqual(['SESSION_CREATED', 'PR_CREATED']);
    expect(changes[0]?.payload).toMatchObject({ changed: [], row: await standingOf(team, id) });
    expect(await standingOf(team, id)).toMatchObject({ scmStatus: 'MERGEABLE', lane: 'READY_TO_MERGE' });
  });

  it('are PR_CREATED and then SESSION_UPDATED for a first claim', async ({ team }) => {
    team.onGitHub(7);
    const { id } = await team.spawn();
    const { requestId } = succeeded(await team.claim(id, 7));
    expect(await told(team, requestId)).toEqual(['PR_CREATED', `SESSION_UPDATED ${NEW_LANE}`]);
  });

  it('are PR_SESSION_CHANGED and then a SESSION_UPDATED of each session for a takeover', async ({ team }) => {
    team.onGitHub(7);
    const [from, to] = [await team.spawn(), await team.spawn()];
    succeeded(await team.claim(from.id, 7));
    const { requestId } = succeeded(await team.claim(to.id, 7));
    expect(await told(team, requestId)).toEqual([
      'PR_SESSION_CHANGED session',
      `SESSION_UPDATED ${NEW_LANE}`,
      `SESSION_UPDATED ${NEW_LANE}`,
    ]);
    const updated = (await team.changes({ requestId })).slice(1);
    expect(updated.map(({ entityId }) => entityId).toSorted()).toEqual([from.id, to.id].toSorted());
  });

  it('are PR_SESSION_CHANGED alone for a takeover between sessions whose status stays', async ({ team }) => {
    team.onGitHub(7);
    const [from, to] = [await team.spawn(), await team.spawn()];
    succeeded(await team.claim(from.id, 7));
    for (const sessionId of [from.id, to.id]) {
      await team.owner.query(ReportActivity, { input: { sessionId, state: 'ACTIVE' } });
    }
    const { requestId } = succeeded(await team.claim(to.id, 7));
    // The sessions are WORKING before and after, but the status of their pull requests changes.
    expect(await told(team, requestId)).toEqual([
      'PR_SESSION_CHANGED session',
      'SESSION_UPDATED scmStatus',
      'SESSION_UPDATED scmStatus',
    ]);
  });

  it('are PR_UPDATED and then one SESSION_UPDATED for a merge that terminates the session', async ({
    team,
  }) => {
    team.onGitHub(7);
    const { id } = await team.spawn({ mergePolicy: { terminateOnPrMerge: true } });
    const { pullRequest: claimed } = succeeded(await team.claim(id, 7));
    team.onGitHub(7, { state: 'MERGED' });
    const { refreshPR } = await team.owner.query(RefreshPR, { input: { pullRequestId: claimed.id } });
    expect(await told(team, succeeded(refreshPR).requestId)).toEqual([
      'PR_UPDATED',
      `SESSION_UPDATED activityState,isTerminated,terminatedAt,terminatedBy,${NEW_LANE}`,
    ]);
    expect(await standingOf(team, id)).toMatchObject({ displayStatus: 'MERGED', lane: 'ARCHIVE' });
  });

  it('are one for each of termination, restore and the offboarding of its agent', async ({ team }) => {
    const agent = await team.hire();
    const { id } = await team.spawn({ agentId: agent.id });
    await team.terminate(id);
    const { restoreSession } = await team.owner.query(RestoreSession, { input: { sessionId: id } });
    succeeded(restoreSession);
    const { offboardAgent } = await team.owner.query(OffboardAgent, { input: { agentId: agent.id } });
    const changes = await told(team, succeeded(offboardAgent).requestId);
    expect(changes.filter((each) => each.startsWith('SESSION_'))).toEqual([
      'SESSION_UPDATED activityState,isTerminated,terminatedAt,terminatedBy,displayStatus,lane,laneSince,statusSince',
    ]);
    expect(await team.changes({ types: ['SESSION_UPDATED'] })).toMatchObject([
      { payload: { row: { lane: 'ARCHIVE' } } },
      { payload: { row: { lane: 'WORKING' } } },
      { payload: { row: { lane: 'ARCHIVE' } } },
    ]);
  });

  it('are none of the session for facts that leave its standing as it is', async ({ team }) => {
    team.onGitHub(7);
    const { id } = await team.spawn({ claimPR: { pr: '7' } });
    team.onGitHub(7, { title: 'Another title' });
    const { claimPR } = await team.owner.query(ClaimPR, { input: { sessionId: id, pr: '7' } });
    expect(await told(team, succeeded(claimPR).requestId)).toEqual(['PR_UPDATED']);
  });
});

describe('another program', () => {
  it('changes a standing by a review thread, in its own transaction and as the database', async ({
    team,
    psql,
  }) => {
    const [id = ''] = await writeSessions(psql, team, null, [
      session({ pullRequests: [pullRequest({ threads: [{ isResolved: true, isBot: false }] })] }),
    ]);
    await psql(
      `UPDATE pull_request_review_thread t SET is_resolved = false
         FROM pull_request p WHERE p.id = t.pull_request_id AND p.session_id = $1`,
      [uuidOf(id)],
    );
    const last = (await team.changes()).filter(({ type }) => /^PR_REVIEW|^SESSION_/.test(type)).slice(-2);
    expect(last).toMatchObject([
      { type: 'PR_REVIEW_THREAD_RESOLVED' },
      {
        type: 'SESSION_UPDATED',
        entityId: id,
        actor: { kind: 'DATABASE' },
        payload: { changed: NEW_LANE.split(','), row: await standingOf(team, id) },
      },
    ]);
    expect(await standingOf(team, id)).toMatchObject({
      displayStatus: 'CHANGES_REQUESTED',
      lane: 'NEEDS_YOU',
    });
  });

  it('changes many sessions at once, each with one event after all causes', async ({ team, psql }) => {
    const ids = await writeSessions(
      psql,
      team,
      null,
      Array.from({ length: 20 }, () => session({ pullRequests: [pullRequest(), pullRequest()] })),
    );
    const before = (await team.changes()).length;
    await psql(`UPDATE pull_request SET ci_state = 'FAILING' WHERE organization_id = $1`, [uuidOf(team.id)]);
    // The first are the marker's.
    const changes = (await team.changes()).slice(before).filter(({ type }) => !type.startsWith('TOKEN_'));
    expect(changes.map(({ type }) => type)).toEqual([
      ...Array.from({ length: 40 }, () => 'PR_UPDATED'),
      ...ids.map(() => 'SESSION_UPDATED'),
    ]);
    expect(changes.slice(40).map(({ entityId }) => uuidOf(entityId))).toEqual(ids.map(uuidOf).toSorted());
  });

  it('changes a session and then its pull request in one transaction: one event of the session tells both', async ({
    team,
    psql,
  }) => {
    const [id = ''] = await writeSessions(psql, team, null, [session({ pullRequests: [pullRequest()] })]);
    await psql('BEGIN');
    await psql(`UPDATE session SET branch = 'other' WHERE id = $1`, [uuidOf(id)]);
    await psql(`UPDATE pull_request SET ci_state = 'FAILING' WHERE session_id = $1`, [uuidOf(id)]);
    await psql('COMMIT');
    const changes = (await team.changes()).filter(({ type }) => /^SESSION_|^PR_/.test(type)).slice(-2);
    expect(changes).toMatchObject([
      { type: 'PR_UPDATED' },
      {
        type: 'SESSION_UPDATED',
        payload: {
          changed: ['branch', 'displayStatus', 'lane', 'laneSince', 'scmStatus', 'statusSince'],
          row: { branch: 'other', ...(await standingOf(team, id)) },
        },
      },
    ]);
  });

  it('changes a session twice in one transaction: each update is an event, in its place', async ({
    team,
    psql,
  }) => {
    const { id } = await team.spawn();
    await psql('BEGIN');
    await psql(`UPDATE session SET branch = 'one' WHERE id = $1`, [uuidOf(id)]);
    await psql(`UPDATE session SET branch = 'two', display_name = 'Two' WHERE id = $1`, [uuidOf(id)]);
    await psql(`UPDATE project SET name = 'Other' WHERE id = $1`, [uuidOf(team.project.id)]);
    await psql('COMMIT');
    const changes = (await team.changes()).filter(({ type }) => /^SESSION_|^PROJECT_/.test(type)).slice(-3);
    expect(changes).toMatchObject([
      { type: 'SESSION_UPDATED', payload: { changed: ['branch'], row: { branch: 'one' } } },
      { type: 'SESSION_UPDATED', payload: { changed: ['branch', 'displayName'], row: { branch: 'two' } } },
      { type: 'PROJECT_UPDATED' },
    ]);
  });

  it('that rolls back to a savepoint leaves the standing as it was', async ({ team, psql }) => {
    const { id } = await team.spawn();
    const before = await standingOf(team, id);
    await psql('BEGIN');
    await psql('SAVEPOINT a');
    await psql(`UPDATE session SET activity_state = 'BLOCKED' WHERE id = $1`, [uuidOf(id)]);
    await psql('ROLLBACK TO a');
    await psql('COMMIT');
    expect(await standingOf(team, id)).toEqual(before);
    expect(await team.changes({ types: ['SESSION_UPDATED'] })).toEqual([]);
  });

  it('deletes a session together with its standing', async ({ team, psql }) => {
    const { id } = await team.spawn();
    await psql('DELETE FROM session WHERE id = $1', [uuidOf(id)]);
    expect(await psql('SELECT FROM session_standing WHERE session_id = $1', [uuidOf(id)])).toEqual([]);
    expect(await team.changes({ types: ['SESSION_DELETED'] })).toMatchObject([{ entityId: id }]);
  });

  it('leaves nothing noted behind', async ({ team, psql }) => {
    await writeSessions(psql, team, null, [session({ pullRequests: [pullRequest()] })]);
    expect(await psql('SELECT FROM standing_due')).toEqual([]);
  });
});

describe('statusSince and laneSince', () => {
  it('are the time of the spawn until the status or the lane changes', async ({ team, psql }) => {
    const { id } = await team.spawn();
    const first = await standingOf(team, id);
    expect(first.statusSince).toBe(first.laneSince);
    // IDLE and WORKING are of one lane.
    await psql(`UPDATE session SET activity_state = 'ACTIVE' WHERE id = $1`, [uuidOf(id)]);
    const working = await standingOf(team, id);
    expect(working).toMatchObject({ displayStatus: 'WORKING', laneSince: first.laneSince });
    expect(Date.parse(working.statusSince)).toBeGreaterThan(Date.parse(first.statusSince));
    await psql(`UPDATE session SET activity_state = 'EXITED' WHERE id = $1`, [uuidOf(id)]);
    const exited = await standingOf(team, id);
    expect(Date.parse(exited.laneSince)).toBeGreaterThan(Date.parse(working.statusSince));
    expect(exited.statusSince).toBe(exited.laneSince);
    await psql(`UPDATE session SET branch = 'other' WHERE id = $1`, [uuidOf(id)]);
    expect(await standingOf(team, id)).toEqual(exited);
  });
});
